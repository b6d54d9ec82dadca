"""What is in a picture, as numbers: no Blender, no meshes."""
