"""Questions of a program that speaks the Model Context Protocol, answered from a case without its names."""
