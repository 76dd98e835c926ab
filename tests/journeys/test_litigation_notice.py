"""Un litige, de la mise en demeure au jugement : le parcours entier, en français."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.conftest import Visits
from tests.journeys.office import SECONDS, Office, text_of
from tests.journeys.visitors import Visitor
from tests.support.postgresql_cluster import until

DATABASE = "postgresql"
PARIS = ZoneInfo("Europe/Paris")
"""The zone of the portal, in which date-times are typed."""
pytestmark = pytest.mark.browser


def test_a_dispute_is_noticed_pleaded_and_judged_in_french(office: Office, visits: Visits, papers: Path) -> None:
    """P8, P10, P11, P16, P17, P18, O7: the whole journey of a dispute, in French."""
    maya, omar = visits("maya"), visits("omar")
    speaks_french(maya)
    reference = asks(maya, papers)
    both_sides_are_told(office, reference)
    takes_it_and_asks(omar, maya, office, reference)
    has_the_strategy_approved(omar, maya, visits, office, reference)
    goes_to_court(omar, maya, reference)
    is_heard(omar, maya, office, reference)
    is_judged(omar, maya, office, reference)


def speaks_french(maya: Visitor) -> None:
    """Une personne choisit sa langue une fois ; les pages et les courriels la suivent."""
    maya.opens("/")
    maya.page.get_by_role("button", name="Français").click()
    maya.reads("Formulaires", "Contentieux")


def asks(maya: Visitor, papers: Path) -> str:
    maya.follows("Contentieux")
    maya.page.get_by_role("searchbox").fill("mise en demeure")
    maya.presses("Rechercher")
    maya.follows("Litige ou mise en demeure")
    maya.answers(event_kind="Mise en demeure reçue")
    maya.answers(document_received=papers / "summons.pdf", received_on="2026-11-20")
    maya.presses("Suivant")
    maya.answers(our_entity="Acme SAS (France)", our_position="Défendeur", opponents__0__name="Initech SARL")
    maya.presses("Suivant")
    maya.answers(facts="Les presses auraient été livrées avec trois mois de retard.", insured="Non")
    maya.presses("Suivant")
    maya.answers(custodians=["Maya Laurent", "Bo Jansen"], systems=["Messagerie électronique"])
    maya.presses("Vérifier vos réponses")
    maya.reads("Initech SARL", "summons.pdf", "Mise en demeure reçue", "20 novembre 2026")
    maya.presses("Soumettre la demande")
    maya.reads("Cochez la case")
    maya.ticks("J’ai lu ce texte et je l’accepte")
    maya.presses("Soumettre la demande")
    maya.reads("Votre demande a bien été envoyée", "Bien reçu")
    maya.follows("Suivre cette demande")
    maya.reads_state("Bien reçu")
    return maya.page.url.rsplit("/", 1)[1]


def both_sides_are_told(office: Office, reference: str) -> None:
    """Le pôle contentieux est averti (P10) ; la demandeuse reçoit le détail de sa demande (P11)."""
    assert reference.startswith("LIT-")
    assert "Nouvelle demande" in office.mail("omar", "new_dossier", reference)["Subject"]
    assert "New request" in office.mail("lena", "new_dossier", reference)["Subject"]
    assert "trois mois de retard" in text_of(office.mail("maya", "submission", reference))


def takes_it_and_asks(omar: Visitor, maya: Visitor, office: Office, reference: str) -> None:
    omar.opens("/desk?tab=queue")
    omar.follows(reference)
    omar.presses("Prendre en charge")
    omar.reads("Omar Haddad")
    steps(omar, "Commencer l’analyse")
    omar.reads_state("Analyse")
    maya.finds(reference, "En cours d’analyse")
    omar.follows("Demander des informations")
    omar.writes("Commentaire", "Quand les presses ont-elles été livrées ?")
    omar.presses("Demander des informations")
    assert "presses ont-elles" in text_of(office.mail("maya", "transition", reference, 2))
    maya.opens("/litigation")
    maya.follows(reference)
    maya.reads_state("Nous avons besoin d’informations de votre part")
    maya.follows("Envoyer les informations")
    maya.writes("Commentaire", "Le 3 septembre.")
    maya.presses("Envoyer les informations")
    maya.reads_state("En cours d’analyse")
    office.mail("omar", "transition", reference)


def has_the_strategy_approved(omar: Visitor, maya: Visitor, visits: Visits, office: Office, reference: str) -> None:
    omar.opens_dossier(reference)
    omar.follows("Proposer une stratégie")
    omar.answers(assessment="Le retard est réel, mais imputable au port.", strategy="Plaider la force majeure.")
    omar.answers(provision__amount="20000", provision__currency="EUR")
    omar.presses("Proposer une stratégie")
    omar.reads_state("Stratégie à approuver")
    maya.finds(reference, "Stratégie en cours de décision")
    office.mail("ines", "approval_asked", reference)
    assert omar.forges(f"/dossiers/{reference}/decision", decision="approve").status == 422
    ines = visits("ines")
    ines.opens_dossier(reference, "approvals")
    ines.presses("Approuver")
    ines.reads_state("Ouvert")
    maya.finds(reference, "Chez l’équipe juridique")


def goes_to_court(omar: Visitor, maya: Visitor, reference: str) -> None:
    omar.opens_dossier(reference)
    omar.follows("Saisir la juridiction")
    omar.answers(court="Tribunal de commerce de Lyon", case_number="2026J00871")
    omar.presses("Saisir la juridiction")
    maya.finds(reference, "Devant la juridiction")
    maya.reads("Tribunal de commerce de Lyon", "2026J00871")


def is_heard(omar: Visitor, maya: Visitor, office: Office, reference: str) -> None:
    """Une audience est fixée ; la cliente la voit une fois qu’elle est rendue visible (P18, P27)."""
    omar.opens_dossier(reference)
    omar.follows("Une audience est fixée")
    omar.page.locator("input[type=datetime-local]").first.fill(f"{datetime.now(PARIS):%Y-%m-%d}T23:59")
    omar.presses("Une audience est fixée")
    maya.finds(reference, "Devant la juridiction")
    maya.opens_dossier(reference, "children-hearing")
    maya.does_not_read("23:59")
    omar.opens_dossier(reference, "children-hearing")
    omar.presses("Rendre visible au client")
    maya.opens_dossier(reference, "children-hearing")
    maya.reads("Audience", "23:59")
    omar.follows("Noter les suites de l’audience")
    omar.answers(outcome="Plaidée, jugement en délibéré.")
    omar.presses("Noter les suites de l’audience")
    omar.reads("Plaidée")


def is_judged(omar: Visitor, maya: Visitor, office: Office, reference: str) -> None:
    omar.opens_dossier(reference)
    steps(omar, "Clore les débats")
    maya.finds(reference, "En délibéré")
    omar.follows("Enregistrer le jugement")
    omar.answers(judgment_date="2027-03-12", outcome="Gagné")
    omar.presses("Enregistrer le jugement")
    maya.finds(reference, "Jugement rendu")
    maya.reads("12 mars 2027", "Gagné")
    omar.follows("Clore")
    omar.presses("Clore")
    omar.reads_state("Clos")
    maya.finds(reference, "Clos")
    until(lambda: "a clos le litige" in text_of(office.mails("maya", "transition", reference)[-1]), SECONDS)


def steps(visitor: Visitor, title: str) -> None:
    """Take a step that asks nothing."""
    visitor.follows(title)
    visitor.presses(title)
