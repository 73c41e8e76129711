"""Which lots leave, in which order, and that nothing is lost on the way; an exact reference beside."""
