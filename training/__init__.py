"""Makes, measures and fine-tunes the small models of the Segment Anything family that `sam` ships."""
