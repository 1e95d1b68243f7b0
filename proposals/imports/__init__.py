"""Reports from files: what the import_reports command and the samples are made of."""

from proposals.imports.documents import Document, InputFormat, read_documents
from proposals.imports.outcomes import Imported, Problem, Result, Tally
from proposals.imports.reading import STANDARD_INPUT, list_files, read_files
from proposals.imports.sources import SourceError, find_files
from proposals.imports.submitting import ACCOUNT, Importer, Rehearsal

__all__ = [
    "ACCOUNT",
    "STANDARD_INPUT",
    "Document",
    "Imported",
    "Importer",
    "InputFormat",
    "Problem",
    "Rehearsal",
    "Result",
    "SourceError",
    "Tally",
    "find_files",
    "list_files",
    "read_documents",
    "read_files",
]
