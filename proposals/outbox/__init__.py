"""Events that leave: written with what caused them, read from a feed."""
