"""What is measured of a report before the gate judges it: each file asks another part of the world."""
