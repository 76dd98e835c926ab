"""Contexts of addresses: the dossier or file that an address names, loaded before the view runs; raises NotFound."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request

from formengine.errors import NotFound
from formengine.services.access.enforcement import dossier_access
from formengine.services.access.policy import DossierAccess
from formengine.services.case.repository import get_dossier
from formengine.services.dossiers import attachments, documents
from formengine.services.dossiers.transitions import get_child
from formengine.services.files.uploads import FILE_ID_LENGTH, dossier_of_file, readable_file
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.rounds import Child
from formengine.web.post_data import sends_files, whole_number
from formengine.web.routes import API
from formengine.web.unit_of_work import SAFE_METHODS


@dataclass(frozen=True)
class DossierContext:
    """A dossier that the reader may see; `access` is the dossier in the terms of the access rules."""

    dossier: Dossier
    access: DossierAccess


@dataclass(frozen=True)
class FileContext:
    """A file on a dossier that the reader may see."""

    dossier: Dossier
    access: DossierAccess
    file: StoredFile


def dossier_context(request: Request) -> DossierContext:
    """The dossier of `{reference}`; raises NotFound for an unknown one and for one that the reader may not see (T13).

    For a request that may change it, the dossier is locked as it is read (`_is_locked_first`).
    """
    return _dossier_in_path(request, lock=_is_locked_first(request))


def upload_context(request: Request) -> DossierContext:
    """The dossier of `{reference}` for files and pictures that are stored and looked at before the service locks it."""
    return _dossier_in_path(request, lock=False)


def rounds_context(request: Request) -> DossierContext:
    """The dossier of `{reference}` for what those see as well who are asked to acknowledge something on it (W19)."""
    return _dossier_in_path(request, lock=_is_locked_first(request), permission="dossier.read_rounds")


def children_context(request: Request) -> DossierContext:
    """The dossier of `{reference}` for what those see as well who are in charge of a child of it (W23)."""
    return _dossier_in_path(request, lock=_is_locked_first(request), permission="dossier.read_children")


def _dossier_in_path(request: Request, *, lock: bool, permission: str = "dossier.read") -> DossierContext:
    """The dossier of the reference in the address. The API takes its number in the same place, which a submission gives
    as `dossier`; a reference of digits alone goes before.
    """
    text: str = request.matchdict["reference"]
    number = whole_number(text, 18) if request.path_info_safe.startswith(API) else None
    dossier = get_dossier(request.work, text, or_number=number, lock=lock, permission=permission)
    return DossierContext(dossier, dossier_access(request.work.session, dossier))


def _is_locked_first(request: Request) -> bool:
    """Whether a dossier is locked as it is read: where it may be changed, and no file was sent to a route that takes
    files. Such a file is stored first, however slow the storage is, and the service locks the dossier then.
    """
    takes_files = request.registry.formengine_routes[request.matched_route.name].uploads
    return request.method not in SAFE_METHODS and not (takes_files and sends_files(request))


def attachment_context(request: Request) -> FileContext:
    """The attachment of `{id}`, or the file of an answer; NotFound also for an internal one, when a client asks.

    `{id}` is the number of an attachment, or the id of a file as a submission and its answers hold it.
    """
    file_id = request.matchdict["id"]
    if not file_id.isdecimal() or len(file_id) == FILE_ID_LENGTH:
        file = readable_file(request.work, file_id)
        return _file_context(request, dossier_of_file(request.work, file), file)
    attachment = attachments.get_attachment(request.work, int_from_path(request, "id"))
    return _file_context(request, attachment.dossier, attachment.file)


def version_context(request: Request) -> FileContext:
    """The version of a document of `{id}`."""
    version = documents.get_version(request.work, int_from_path(request, "id"))
    return _file_context(request, version.document.dossier, version.file)


def _file_context(request: Request, dossier: Dossier, file: StoredFile) -> FileContext:
    return FileContext(dossier, dossier_access(request.work.session, dossier), file)


def load_child(request: Request, dossier: Dossier) -> Child:
    """The child of `{kind}` and `{number}` on a dossier; NotFound when there is none."""
    return get_child(request.work, dossier, request.matchdict["kind"], int_from_path(request, "number"))


def int_from_path(request: Request, name: str) -> int:
    """A whole number in the address that a column can hold; raises NotFound for anything else."""
    text = request.matchdict[name]
    number = whole_number(text, 18)
    if number is None:
        raise NotFound(text)
    return number
