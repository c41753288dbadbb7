"""From the files of an export to rows of the bundle, in the order of the files here:

files -> csv_file | parquet_file -> chunk -> plan -> convert (moments, numbers, words, attributes) -> batch
-> outcome, stages -> stamp -> upsert, with rejects and notes beside.
"""
