"""Words that guessers try first and that zxcvbn's own lists lack: French ones, AZERTY rows, words of the legal
trade.
"""

from __future__ import annotations

from typing import Final

_TEXT: Final = """
    motdepasse motdepass passe azerty azertyuiop qsdfghjklm wxcvbn azer azertyui bienvenue bonjour bonsoir salut
    coucou soleil lune etoile chocolat doudou loulou nounours chouchou choupette princesse jetaime jtm amour
    toujours coeur mamour monamour bebe papa maman famille maison vacances voyage paris marseille lyon toulouse
    nantes bordeaux lille france francais bretagne alsace corse belgique bruxelles suisse geneve quebec montreal
    tunisie algerie maroc printemps ete automne hiver janvier fevrier mars avril mai juin juillet aout septembre
    octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche noel anniversaire cadeau fromage
    baguette croissant camembert chat chien chaton lapin cheval oiseau tigre lion dauphin papillon tortue chatte
    minou medor nicolas julien thomas alexandre antoine camille caroline celine chloe clement elodie emilie
    florian guillaume isabelle jerome laetitia laurent manon marion mathieu maxime melanie nathalie olivier
    pauline philippe pierre quentin romain sandrine sebastien sophie stephane stephanie sylvie valerie vanessa
    virginie vincent secret secrete inconnu ordinateur internet portable clavier ecran souris bureau travail
    entreprise societe direction administrateur utilisateur connexion identifiant changezmoi changeme changemoi
    nouveau provisoire temporaire essai avocat juriste juridique contrat dossier notaire tribunal justice cabinet
    maitre greffe legal lawyer counsel attorney contract litigation matter compliance portal client formengine
    legalportal sommer winter fruehling herbst willkommen passwort hallo verano invierno contrasena bienvenido
    benvenuto estate
"""

COMMON_WORDS: Final = tuple(_TEXT.split())
"""Lower case, without accents, the likeliest first."""
