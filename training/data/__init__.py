"""Pictures to train on: where they come from, how regions are made of them, how batches are drawn."""
