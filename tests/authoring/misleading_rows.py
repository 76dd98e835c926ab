"""Mistakes of authors in the pack of `misleading.py`: the file, a passage, what is written instead, what is told."""

from __future__ import annotations

from tests.authoring.misleading import CHECK, FLOW

ROWS: list[tuple[str, str, str, list[str]]] = [
    (
        CHECK,
        "type: string, maxLength: 200}",
        "type: string, pattern: ^[0-9]{9}$}",
        ["9:74: error: a [ stands in this text: put the text in quotation marks: pattern: '...'"],
    ),
    (
        CHECK,
        "{en: The mark, fr: La marque}",
        "{en: The mark: as written, fr: La marque}",
        [('9:32: error: a colon stands in this text: put the text in quotation marks: en: "The mark: as written"')],
    ),
    (
        CHECK,
        "{en: Grantor, fr: Mandant}",
        "{en: 'The company's name', fr: Mandant}",
        [
            (
                "17:44: error: the ' in company's ends the text; write ’ instead of it, or put the text in "
                "double quotation marks"
            )
        ],
    ),
    (
        CHECK,
        "{en: The mark, fr: La marque}",
        "{en: The mark, as on the label, fr: La marque}",
        [('9:34: error: a comma ends a text inside { }: put the text in quotation marks: "The mark, as on the label"')],
    ),
    (
        CHECK,
        "{title: {en: The mark, fr: La marque}, type",
        "{title: The mark, as on the label, type",
        [('9:29: error: a comma ends a text inside { }: put the text in quotation marks: "The mark, as on the label"')],
    ),
    (
        CHECK,
        "maxLength: 200",
        "maxLength: 1,250",
        ["9:77: error: a comma ends a value inside { }: write 1250, without marks of thousands"],
    ),
    (
        CHECK,
        "    already_used: {title",
        " already_used: {title",
        [
            (
                "10:2: error: this line is indented one blank less than `properties:` (line 8); begin both in "
                "the same column"
            )
        ],
    ),
    (
        CHECK,
        "    already_used: {title",
        "     already_used: {title",
        [("10:6: error: this line is indented one blank more than `mark:` (line 9); begin both in the same column")],
    ),
    (
        CHECK,
        "    markets:\n",
        "     markets:\n",
        [
            (
                "19:6: error: this line is indented one blank more than `highest_amount:` (line 18); begin both "
                "in the same column"
            )
        ],
    ),
    (
        FLOW,
        "      - {otherwise: examined}",
        "      {otherwise: examined}",
        ["19:7: error: begin each entry of this list with a dash: - {otherwise: examined}"],
    ),
    (
        FLOW,
        "      - {otherwise: examined}",
        "        {otherwise: examined}",
        ["19:9: error: begin each entry of this list with a dash: - {otherwise: examined}"],
    ),
    (
        CHECK,
        "{en: The mark, fr: La marque}",
        "{en: *The mark, fr: La marque}",
        ["9:24: error: a text may not begin with *; put it between quotation marks"],
    ),
    (
        CHECK,
        (
            "    used_since:\n      title: {en: In use since, fr: Exploitée depuis}\n      type: string\n      "
            "format: date\n      show_when: already_used is true\n"
        ),
        ("  used_since:\n    title: {en: In use since, fr: Exploitée depuis}\n    type: string\n    format: date\n"),
        ["11:3: error: used_since stands beside properties:, not in it; indent it by two more blanks"],
    ),
    (
        CHECK,
        "type: boolean}",
        "type: boolean, required: yes}",
        [
            (
                "10:94: error: write the question's name in the list of the form, beside `properties`: required: "
                "[mark, already_used]"
            )
        ],
    ),
    (
        CHECK,
        "{title: {en: Grantor, fr: Mandant}, type: string}",
        "{title: {en: Grantor, fr: Mandant}, type: date}",
        ['17:61: error: type may not be "date"; write type: string and format: date'],
    ),
    (
        CHECK,
        "{title: {en: Grantor, fr: Mandant}, type: string}",
        "{title: {en: Grantor, fr: Mandant}, type: text}",
        ['17:61: error: type may not be "text"; write type: string, or $ref: "formengine:text" for several lines'],
    ),
    (
        CHECK,
        "audience: everyone",
        "audience: [clients]",
        [
            (
                "4:11: error: audience is a word or a map; write everyone, public, or {roles: [client]} (also "
                "organisations: and departments:)"
            )
        ],
    ),
    (
        FLOW,
        "highest_amount at most 100000 EUR",
        "highest_amount at most 100,000 EUR",
        [
            (
                "18:43: error: a comma ends a value inside { }: write highest_amount at most 100000 EUR, without "
                "marks of thousands"
            )
        ],
    ),
    (
        FLOW,
        "when: already_used is true",
        "when: already_used == true",
        ["25:93: error: already_used == true: write already_used is true"],
    ),
    (
        FLOW,
        "when: already_used is true",
        "when: already_used equals true",
        ["25:93: error: already_used equals true: write already_used is true"],
    ),
    (
        CHECK,
        "show_when: already_used is true",
        "show_when: “already_used is true”",
        ["15:18: error: “already_used is true”: these are quotation marks of a word processor; delete them"],
    ),
    (
        CHECK,
        '{title: {en: Agent, fr: Mandataire}, $ref: "formengine:contact"}',
        "{title: {en: Agent, fr: Mandataire}, $ref: “formengine:contact”}",
        ['27:55: error: write straight quotation marks: "formengine:contact"'],
    ),
    (FLOW, "when: already_used is true", "when: grantor_name is “Jo”", []),
    (FLOW, "    category: open\n", "    category : open\n", []),
    (
        FLOW,
        "    category: open\n",
        "    category:\xa0open\n",
        [("11:14: error: a no-break space stands behind category: and looks like a space; write an ordinary one")],
    ),
    (
        FLOW,
        "    category: open\n",
        "    category\xa0: open\n",
        ["11:13: error: a no-break space stands behind category; delete it"],
    ),
    (FLOW, "when: already_used is true", "when: already_used\xa0is true", []),
    (
        CHECK,
        "    already_used: {title",
        "    already\u200b_used: {title",
        ["10:12: error: an invisible character stands in this name; delete it"],
    ),
    (
        CHECK,
        "    already_used: {title",
        "    already\xad_used: {title",
        ["10:12: error: an invisible character stands in this name; delete it"],
    ),
    (
        FLOW,
        "      - {within: 2",
        "      – {within: 2",
        [
            (
                "14:7: error: a list entry begins with a hyphen, not with –; write: - {within: 2 working days, "
                "remind: [1 work …"
            )
        ],
    ),
    (
        FLOW,
        "      - {within: 2",
        "      • {within: 2",
        [
            (
                "14:7: error: a list entry begins with a hyphen, not with •; write: - {within: 2 working days, "
                "remind: [1 work …"
            )
        ],
    ),
    (
        FLOW,
        "  answered: {title",
        "  Answered: {title",
        [
            (
                "21:3: error: 'Answered' cannot be an id; write small letters, digits and _, beginning with a "
                "letter: answered"
            )
        ],
    ),
    (
        CHECK,
        "    grantor_name: {title: {en: Grantor, fr: Mandant}, type: string}",
        "    -",
        [
            (
                "17:5: error: a dash begins an entry of a list, and keys stand here; delete the dash, or put it "
                "before each entry"
            )
        ],
    ),
    (
        CHECK,
        "    grantor_name: {title: {en: Grantor, fr: Mandant}, type: string}",
        "    -\n    grantor_name: {title: {en: Grantor, fr: Mandant}, type: string}",
        [
            (
                "17:5: error: a dash begins an entry of a list, and keys stand here; delete the dash, or put it "
                "before each entry"
            )
        ],
    ),
    (
        CHECK,
        "enum: [FR, DE]",
        "oneOf: [{const: FR, title: France}, {const: FR, title: Germany}]",
        ["25:97: error: FR stands twice among the choices; give each choice its own value"],
    ),
    (
        CHECK,
        "enum: [FR, DE]",
        "enum: [FR, FR]",
        ["25:64: error: FR stands twice among the choices; give each choice its own value"],
    ),
    (
        CHECK,
        "fr: Échéance}, type: string, format: date",
        "fr: Échéance}, type: string, format: date, default: 01/12/2026",
        [
            (
                "16:91: warning: the default is not an answer that would be accepted: Write a date that exists, "
                "as year-month-day, such as 2026-03-31."
            )
        ],
    ),
    (
        CHECK,
        "maxLength: 200",
        "maxLength: 5, default: something",
        ["9:87: warning: the default is not an answer that would be accepted: Write at most 5 characters."],
    ),
    (
        CHECK,
        "      title: {en: Markets, fr: Marchés}\n",
        "      title: Market # 13\n",
        ['20:14: warning: what follows # is a comment, no part of the text; write "Market # 13" to keep it'],
    ),
    (
        FLOW,
        "remind: [1 working days]",
        "remind: [5 working days]",
        [
            (
                "14:43: warning: this reminder is never sent: 5 working days before the end is not within the 2 "
                "working days that there are; write less than 2 working days"
            )
        ],
    ),
    (
        CHECK,
        "type: boolean}",
        "type: boolean, default: TRUE}",
        ['10:93: warning: write true in small letters, or "TRUE" if it is a text'],
    ),
    (
        CHECK,
        "type: boolean}",
        "type: boolean, default: yes}",
        [('10:93: warning: yes is read as text, not as true or false; write true or false, or "yes" if it is text')],
    ),
    (FLOW, "ends: true}\n  withdrawn", "ends: yes}\n  withdrawn", ["21:57: error: ends takes true or false, not yes"]),
    (
        CHECK,
        "title: {en: Trademark check, fr: Recherche de marque}\nc",
        "title: {en: Trademark check}\nc",
        ["1:8: warning: title has no text in fr; add fr: with the French text"],
    ),
    (
        CHECK,
        "title: {en: Trademark check, fr: Recherche de marque}\nc",
        "title: {en: Trademark check, fre: Recherche}\nc",
        ["1:30: warning: fre is no language of this portal; write fr"],
    ),
    (
        CHECK,
        "title: {en: Trademark check, fr: Recherche de marque}\nc",
        "title: {en: Trademark check, fe: Recherche de marque}\nc",
        ["1:30: warning: fe is no language of this portal; write fr"],
    ),
    (FLOW, "within: 2 working days", "within: 48h", ["14:18: error: '48h' is not a duration; write 48 hours"]),
    (FLOW, "within: 2 working days", "within: two days", ["14:18: error: 'two days' is not a duration; write 2 days"]),
    (
        FLOW,
        "who: [adviser]",
        "who: [advice]",
        [("25:77: error: there is no role `advice`; advice is a team, and people act in roles; its role is adviser")],
    ),
    (
        FLOW,
        "who: [adviser]",
        "who: [partner]",
        [
            (
                "25:77: error: there is no role `partner`; partner is a position, and people act in roles; "
                "declare one: roles: {partner: {position: partner}}"
            )
        ],
    ),
    (
        CHECK,
        "type: boolean}",
        "type: boolean, show_when: mark is one of (A, B)}",
        [('10:114: error: a comma ends a text inside { }: put the text in quotation marks: "mark is one of (A, B)"')],
    ),
    (
        CHECK,
        "      show_when: already_used is true",
        "      if: {properties: {already_used: {const: true}}}\n      then: {title: X}",
        [
            (
                "15:7: warning: this `if` also holds while already_used is not answered; add required: "
                "[already_used] to it"
            )
        ],
    ),
    (FLOW, "when: already_used is true", "when: expiry_date under today", []),
    (FLOW, "when: already_used is true", "when: expiry_date after 2027-12-31", []),
    (
        FLOW,
        "when: already_used is true",
        "when: expiry_date before 31/12/2027",
        [
            "25:93: error: `expiry_date` is a date; write expiry_date before 2027-12-31",
        ],
    ),
    (
        FLOW,
        "when: already_used is true",
        "when: markets.turnover over 100",
        [
            (
                "25:93: error: markets.turnover over 100: markets.turnover is in the rows of markets; write"
                " any of markets.turnover over 100, or every of markets.turnover over 100"
            )
        ],
    ),
    (
        FLOW,
        "when: already_used is true",
        "when: expiry_date later than 2027-12-31",
        [("25:93: error: expiry_date later than 2027-12-31: write expiry_date after 2027-12-31")],
    ),
]
