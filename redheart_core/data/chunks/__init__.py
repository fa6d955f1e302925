"""Embeddings of cases, kept in chunks of 1,000: small, checked, readable in any order.

A store is a folder: ``store.json`` says which encoder the vectors come from and how many items there must be, and each
``chunk-00003.safetensors`` holds codes, scales and cases of up to 1,000 items. A chunk is put in place in one step, so
writers on different chunks need not know of each other, and whoever is killed loses at most the chunk being written.
"""
