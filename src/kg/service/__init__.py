"""The live service over a finished build."""
