"""Reading source files: CSV, TSV and XLSX into a `core.columns.Table`."""

from storage.readers.table import read_table

__all__ = ["read_table"]
