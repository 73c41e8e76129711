"""What brokers reported of a year, set against its sales, and the residual between the two.

Dispositions and brokers' rows come in; dispositions that know what their form says go out, with what the rules say of
the rest. `against` sets them side by side, `residual` adds up what is left between the two. Start with `against`.
"""
