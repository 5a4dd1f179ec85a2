"""The words of the invented doctors' notes: see `embedlab.datasets.patients`, which puts them together.

Everything was written for this course. Complaints are noun phrases that fit behind "complains of"; ``TERSE`` holds
what the hurried clinic writes instead. Several conditions share complaints in different words, so that notes alone
leave some doubt.
"""

from __future__ import annotations

#: Two complaints that many conditions share, each in several wordings.
TIRED = (
    "tiredness that a full night in bed does not cure",
    "having no energy by mid-afternoon",
    "feeling worn out all the time",
    "exhaustion after the smallest chores",
    "dozing off in front of the television",
    "a lack of drive that friends have noticed",
)
BREATHLESS = (
    "getting out of breath on the stairs",
    "having to stop for air on the way to the shop",
    "shortness of breath",
    "puffing when walking uphill",
    "not getting enough air",
    "breathing that has become hard work",
)

#: For each condition the complaints that are its own, as full phrases.
OWN = {
    "type 2 diabetes": (
        "constant thirst",
        "drinking several litres of water a day",
        "passing far more urine than before",
        "a dry mouth whatever is drunk",
        "losing weight although the appetite is good",
        "blurred sight that comes and goes",
        "cuts on the feet that take weeks to heal",
        "tingling in the toes",
        "itching and repeated thrush",
        "emptying the bladder every hour",
        "craving sweet drinks",
    ),
    "hypothyroidism": (
        "feeling cold in a heated room",
        "putting on weight while eating less",
        "dry, flaky skin",
        "hair that comes out in the brush",
        "a hoarse, deeper voice",
        "being constipated",
        "a puffy face",
        "slow thinking and poor concentration",
        "wearing a jumper in summer",
        "brittle nails and coarse hair",
        "muscles that ache and move slowly",
    ),
    "iron deficiency": (
        "looking pale, as the family remarks",
        "craving ice cubes",
        "heavy blood loss every month",
        "spoon-shaped nails",
        "dizziness on standing up",
        "a heart that thumps on slight effort",
        "sores at the corners of the mouth",
        "restless legs",
        "a smooth, sore tongue",
        "wanting to chew starch or clay",
        "a ringing in the ears and light-headedness",
    ),
    "pneumonia": (
        "a fever with shaking chills",
        "a cough that brings up rusty phlegm",
        "a stabbing pain in the side with each deep breath",
        "hot and cold sweats",
        "green sputum",
        "a high temperature after a cold",
        "coughing up thick yellow mucus",
        "confusion and a burning forehead",
        "a chest that hurts when coughing",
        "crackling breath on one side",
        "shivering under two blankets",
    ),
    "heart failure": (
        "swollen ankles",
        "needing three pillows to lie comfortably",
        "shoes that no longer fit because of the swelling",
        "two kilos gained within days",
        "having to sit up to breathe",
        "legs that keep a dent when pressed",
        "a swollen belly and little appetite",
        "a racing, irregular pulse",
        "a dry cough when lying flat",
        "tight socks that leave deep marks",
        "feeling full after a few bites",
    ),
    "asthma": (
        "a whistling sound when breathing out",
        "a tight chest around cats",
        "a dry cough after running in cold air",
        "wheezing in the pollen season",
        "attacks that a blue inhaler relieves",
        "coughing fits when laughing",
        "wheeze in dusty rooms",
        "a chest that feels as if it were strapped",
        "hay fever that has gone down to the lungs",
        "a cough set off by perfume or smoke",
        "hearing a squeak with every breath",
    ),
}

#: The same in the shorthand of the hurried clinic.
TERSE = {
    "type 2 diabetes": ("polydipsia", "polyuria", "wt loss", "blurred vision", "foot ulcer slow to heal", "thrush x2"),
    "hypothyroidism": ("cold intol", "wt gain", "dry skin", "hair loss", "constip", "hoarse", "slowed"),
    "iron deficiency": ("pallor", "pica (ice)", "menorrhagia", "koilonychia", "dizzy", "palps", "glossitis"),
    "pneumonia": ("fever, rigors", "prod cough", "pleuritic pain R", "purulent sputum", "creps R base", "T 39"),
    "heart failure": ("ankle oedema", "orthopnoea", "PND", "wt up 2 kg", "irreg pulse", "pitting to shin"),
    "asthma": (
        "wheeze",
        "tight chest",
        "dry cough w exercise",
        "better w salbutamol",
        "atopic",
        "atopic, dust",
    ),
}
TERSE_TIRED = ("TATT", "fatigue++", "no energy")
TERSE_BREATHLESS = ("SOB", "SOBOE", "dyspnoea")

#: Which shared complaints a condition has.
SHARED = {
    "type 2 diabetes": (TIRED, TERSE_TIRED),
    "hypothyroidism": (TIRED, TERSE_TIRED),
    "iron deficiency": (TIRED + BREATHLESS, TERSE_TIRED + TERSE_BREATHLESS),
    "pneumonia": (BREATHLESS, TERSE_BREATHLESS),
    "heart failure": (BREATHLESS + TIRED, TERSE_BREATHLESS + TERSE_TIRED),
    "asthma": (BREATHLESS, TERSE_BREATHLESS),
}

#: The hidden trait that only notes tell, in two worlds of wording: trouble at night, or trouble with effort.
NIGHT = (
    "The nights are the worst part.",
    "It wakes the patient at three in the morning.",
    "Worse after midnight, and sleep is broken.",
    "There is no rest in the dark hours.",
    "Sleeps badly; it peaks before dawn.",
    "Mostly nocturnal, bearable by day.",
)
EFFORT = (
    "Exercise brings it on; resting settles it.",
    "It comes with exertion, such as climbing.",
    "Any sport or heavy lifting makes it worse.",
    "Physical work brings the trouble back.",
    "The more the patient moves, the worse it gets.",
    "Strain is the trigger; sitting still helps.",
)
TERSE_NIGHT = ("worse at night, wakes 3 am", "nocturnal++", "nights bad, days ok", "sleep broken by sx")
TERSE_EFFORT = ("worse on exertion", "exertional, settles w rest", "sx w exercise only", "sleeps ok, bad w effort")

#: Co-morbidities: as a sentence, and in shorthand.
COMORBID = {
    "hypertension": (
        (
            "Blood pressure has been high for years.",
            "Takes two tablets for raised blood pressure.",
            "Known hypertension.",
        ),
        "HTN",
    ),
    "kidney disease": (
        ("The kidneys work at half strength.", "Known chronic kidney disease.", "Seen yearly for weak kidneys."),
        "CKD3",
    ),
    "obesity": (
        ("Weighs well over a hundred kilos.", "Body mass index 36.", "Has struggled with obesity since childhood."),
        "BMI 36",
    ),
    "depression": (
        ("Treated for depression.", "Low mood since a bereavement, on tablets.", "Sees a therapist for depression."),
        "depr",
    ),
}

OPENINGS = (
    "A {age}-year-old who complains of {first} and {second}{time}.",
    "Aged {age}. The main problem is {first}, together with {second}{time}.",
    "This patient of {age} describes {first} as well as {second}{time}.",
    "Came in at {age} because of {first}{time}. Further {second}.",
    "{age} years old, reports {first}{time}, and on asking also {second}.",
)
TIMES = (
    "",
    " for two weeks",
    " for about a month",
    " since the spring",
    " over the last ten days",
    " for several months",
    " since a holiday",
)
TERSE_TIMES = ("x 2/52", "x 1/12", "x 10/7", "x 3/12", "recent")
