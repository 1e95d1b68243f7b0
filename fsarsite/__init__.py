import gc

# Python's own threshold of 700 is for small programs: in ours, looking for cycles took a tenth of every start.
gc.set_threshold(20_000, 20, 20)
