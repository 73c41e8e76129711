"""Files to bytes and bytes to files, with care for who may read them and for a run that is killed.

A path or finished bytes come in; what was read, or a file or folder that is whole, goes out. `reading` takes what
somebody hands in, `file_write` writes one file, `exchange` swaps two folders. Start with `folder_write`.
"""
