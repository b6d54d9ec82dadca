"""The only files that need bpy."""
