"""Conversion of a Keras model to TFLite, by recipes from float32 to int8."""
