"""Clinical terms of CTCAE version 5 that matter after a cell product, with their grades in our own words.

A term is a line with its name and its organ class, then a line for each grade that it has; a grade without a line does
not exist for that term. A semicolon stands for "or". A line with `!` is a note of ours.

Names, organ classes and which grades exist: the list of the National Cancer Institute, 27 November 2017 (a work of the
US Government), as gathered in the project's reference notes; the words are shortened and not those of the list.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ClinicalTerm:
    """One adverse event that a person grades.

    Parameters
    ----------
    name, organ_class
        As the list has them.
    grades
        Grade to what it means; a grade that is not there does not exist.
    note
        What a person should know who picks it.
    """

    name: str
    organ_class: str
    grades: dict[int, str]
    note: str = ""


_TABLE: Final = """
Cytokine release syndrome: Immune system disorders
  1  fever, with or without constitutional symptoms
  2  hypotension that answers to fluids; hypoxia that answers to less than 40% oxygen
  3  hypotension managed with one pressor; hypoxia that needs 40% oxygen or more
  4  life-threatening; urgent treatment
  5  death
  !  the trial grades CRS by ASTCT; this scale is for comparison alone

Infusion related reaction: Injury, poisoning and procedural complications
  1  mild; infusion not interrupted
  2  infusion interrupted, quick response; preventive drugs for up to 24 hours
  3  prolonged or recurrent; hospital
  4  life-threatening; urgent treatment
  5  death

Allergic reaction: Immune system disorders
  1  no systemic drug needed
  2  oral drug needed
  3  bronchospasm; hospital; drug into the vein
  4  life-threatening; urgent treatment
  5  death

Anaphylaxis: Immune system disorders
  3  bronchospasm; parenteral drug; oedema or hypotension of allergy
  4  life-threatening; urgent treatment
  5  death

Serum sickness: Immune system disorders
  1  no symptoms
  2  moderate arthralgia; fever, rash
  3  severe arthralgia or arthritis; wide rash; steroids or fluids into the vein
  4  life-threatening: pressor or ventilation
  5  death

Autoimmune disorder: Immune system disorders
  1  serology only, no symptoms
  2  a non-essential organ is affected
  3  a major organ is affected
  4  life-threatening; urgent treatment
  5  death
  !  for a flare prefer the index of the disease

Immune system disorders - Other, specify: Immune system disorders
  1  mild
  2  moderate; limits instrumental activities
  3  severe; hospital; limits self care
  4  life-threatening; urgent treatment
  5  death
  !  place of hypogammaglobulinaemia, IEC-HS and LICATS, which have no term of their own

Chills: General disorders and administration site conditions
  1  feels cold; shivering
  2  the whole body shakes; opioids
  3  prolonged; opioids do not help

Fatigue: General disorders and administration site conditions
  1  rest relieves it
  2  rest does not relieve it; limits instrumental activities
  3  limits self care

Malaise: General disorders and administration site conditions
  1  feels uneasy
  2  limits instrumental activities
  3  limits self care

Flu like symptoms: General disorders and administration site conditions
  1  mild
  2  limits instrumental activities
  3  limits self care

Edema limbs: General disorders and administration site conditions
  1  limbs differ by 5 to 10%
  2  limbs differ by more than 10 to 30%
  3  limbs differ by more than 30%

Edema face: General disorders and administration site conditions
  1  local swelling
  2  limits instrumental activities
  3  severe; limits self care

Multi-organ failure: General disorders and administration site conditions
  3  shock with azotaemia, acid-base disturbance and abnormal coagulation
  4  dependent on pressors, anuric
  5  death

Hypotension: Vascular disorders
  1  no treatment needed
  2  non-urgent treatment
  3  treatment; hospital
  4  life-threatening; urgent treatment
  5  death
  !  as a sign of CRS it is graded inside the syndrome, not again here

Capillary leak syndrome: Vascular disorders
  1  no symptoms
  2  treatment needed
  3  severe
  4  life-threatening; urgent treatment
  5  death

Thromboembolic event: Vascular disorders
  1  superficial, no treatment
  2  treatment needed
  3  urgent treatment, such as for pulmonary embolism
  4  life-threatening with instability
  5  death

Vasculitis: Vascular disorders
  1  no treatment needed
  2  treatment needed
  3  steroids needed
  4  ischaemia of viscera or limbs
  5  death
  !  in vasculitis keep apart from disease activity

Hypoxia: Respiratory, thoracic and mediastinal disorders
  2  on exercise; intermittent oxygen
  3  at rest: oxygen saturation below 88%, or arterial oxygen of 55 mmHg or less
  4  threat to the airway
  5  death
  !  as a sign of CRS it is graded inside the syndrome, not again here

Dyspnea: Respiratory, thoracic and mediastinal disorders
  1  on moderate exertion
  2  on minimal exertion
  3  at rest
  4  life-threatening; urgent treatment
  5  death

Pneumonitis: Respiratory, thoracic and mediastinal disorders
  1  imaging only
  2  treatment; limits instrumental activities
  3  oxygen; limits self care
  4  life-threatening; ventilation
  5  death

Pleural effusion: Respiratory, thoracic and mediastinal disorders
  1  no treatment needed
  2  diuretic or one tap
  3  respiratory distress; drain
  4  intubation
  5  death

Adult respiratory distress syndrome: Respiratory, thoracic and mediastinal disorders
  3  no intubation needed
  4  intubation
  5  death

Respiratory failure: Respiratory, thoracic and mediastinal disorders
  4  ventilatory support
  5  death

Cough: Respiratory, thoracic and mediastinal disorders
  1  drug without prescription
  2  medical treatment; limits instrumental activities
  3  limits self care

Encephalopathy: Nervous system disorders
  1  mild
  2  limits instrumental activities
  3  limits self care
  4  life-threatening; urgent treatment
  5  death
  !  ICANS is graded by ASTCT

Confusion: Psychiatric disorders
  1  mild
  2  limits instrumental activities
  3  limits self care
  4  life-threatening; urgent treatment

Delirium: Psychiatric disorders
  1  mild
  2  limits instrumental activities
  3  limits self care; urgent treatment; new onset
  4  threat to self or others
  5  death

Depressed level of consciousness: Nervous system disorders
  1  less alert
  2  slow response
  3  hard to rouse
  4  coma
  5  death

Somnolence: Nervous system disorders
  1  drowsy
  2  limits instrumental activities
  3  stupor
  4  life-threatening; urgent treatment
  5  death

Dysphasia: Nervous system disorders
  1  aware of it, still communicates
  2  spontaneous speech impaired
  3  cannot read, write or communicate

Tremor: Nervous system disorders
  1  mild
  2  limits instrumental activities
  3  limits self care

Headache: Nervous system disorders
  1  mild
  2  limits instrumental activities
  3  limits self care

Dizziness: Nervous system disorders
  1  mild
  2  limits instrumental activities
  3  limits self care

Seizure: Nervous system disorders
  1  brief and partial, awake
  2  brief and generalised
  3  new onset, or several despite treatment
  4  prolonged or repetitive
  5  death
  !  any seizure in ICANS is at least grade 3 of ASTCT

Syncope: Nervous system disorders
  3  fainted

Edema cerebral: Nervous system disorders
  3  new or worse
  4  life-threatening; urgent treatment
  5  death

Intracranial hemorrhage: Nervous system disorders
  1  imaging only
  2  treatment needed
  3  invasive treatment; hospital
  4  life-threatening; urgent treatment
  5  death
  !  no part of ICANS

Peripheral motor neuropathy: Nervous system disorders
  1  signs only
  2  limits instrumental activities
  3  limits self care
  4  life-threatening; urgent treatment
  5  death

Sepsis: Infections and infestations
  3  positive culture with symptoms
  4  life-threatening; urgent treatment
  5  death

Lung infection: Infections and infestations
  2  oral drug needed
  3  drug into the vein; procedure
  4  life-threatening; urgent treatment
  5  death

Upper respiratory infection: Infections and infestations
  2  oral drug needed
  3  drug into the vein
  4  life-threatening; urgent treatment
  5  death

Urinary tract infection: Infections and infestations
  2  oral drug needed
  3  drug into the vein
  4  life-threatening; urgent treatment
  5  death

Skin infection: Infections and infestations
  1  local
  2  oral drug needed
  3  drug into the vein
  4  life-threatening; urgent treatment
  5  death

Catheter related infection: Infections and infestations
  2  local treatment; oral drug
  3  drug into the vein
  4  life-threatening; urgent treatment
  5  death

Enterocolitis infectious: Infections and infestations
  2  more than 3 loose stools in 24 hours or illness of more than 48 hours
  3  drug into the vein; hospital; bloody stools
  4  life-threatening; urgent treatment
  5  death

Bacteremia: Infections and infestations
  2  positive culture without symptoms

Cytomegalovirus infection reactivation: Infections and infestations
  1  no treatment needed
  2  treatment needed
  3  hospital; drug into the vein
  4  life-threatening; urgent treatment; blindness
  5  death

Epstein-Barr virus infection reactivation: Infections and infestations
  1  no treatment needed
  2  treatment needed
  3  hospital; drug into the vein
  4  life-threatening; urgent treatment
  5  death

Herpes simplex reactivation: Infections and infestations
  1  no treatment needed
  2  treatment needed
  3  hospital; drug into the vein
  4  life-threatening; urgent treatment
  5  death

Shingles: Infections and infestations
  1  local
  2  oral drug needed
  3  hospital; drug into the vein
  4  life-threatening; urgent treatment
  5  death

Hepatitis B reactivation: Infections and infestations
  1  no treatment needed
  2  treatment needed
  3  hospital
  4  life-threatening; urgent treatment
  5  death

Nausea: Gastrointestinal disorders
  1  less appetite
  2  eats less, no weight loss
  3  tube; feeding into the vein; hospital

Vomiting: Gastrointestinal disorders
  1  no treatment needed
  2  outpatient fluids
  3  tube; feeding into the vein; hospital
  4  life-threatening
  5  death

Diarrhea: Gastrointestinal disorders
  1  fewer than 4 stools a day over baseline
  2  4 to 6 stools a day over baseline
  3  7 stools a day or more over baseline; hospital
  4  life-threatening; urgent treatment
  5  death
  !  acute GvHD counts volume instead

Mucositis oral: Gastrointestinal disorders
  1  mild
  2  pain; modified diet
  3  intake impaired
  4  life-threatening; urgent treatment
  5  death

Colitis: Gastrointestinal disorders
  1  findings only
  2  pain; blood or mucus
  3  severe pain; peritoneal signs
  4  life-threatening; urgent treatment
  5  death

Abdominal pain: Gastrointestinal disorders
  1  mild
  2  limits instrumental activities
  3  limits self care

Acute kidney injury: Renal and urinary disorders
  3  hospital
  4  dialysis
  5  death
  !  creatinine is graded as a laboratory term

Hematuria: Renal and urinary disorders
  1  findings only
  2  symptoms; catheter
  3  visible blood; transfusion; hospital
  4  life-threatening; urgent treatment
  5  death

Cystitis noninfective: Renal and urinary disorders
  1  microscopic blood
  2  moderate
  3  visible blood; hospital
  4  life-threatening; urgent treatment
  5  death
  !  think of cyclophosphamide

Tumor lysis syndrome: Metabolism and nutrition disorders
  3  present
  4  life-threatening; urgent treatment
  5  death

Heart failure: Cardiac disorders
  1  laboratory or imaging only
  2  on exertion
  3  at rest; hospital
  4  mechanical support
  5  death

Myocarditis: Cardiac disorders
  2  on exertion
  3  at rest
  4  life-threatening; urgent treatment
  5  death

Pericardial effusion: Cardiac disorders
  2  small to moderate, no symptoms
  3  physiologic effect
  4  life-threatening; urgent treatment
  5  death

Sinus tachycardia: Cardiac disorders
  1  no treatment needed
  2  non-urgent treatment
  3  urgent treatment

Atrial fibrillation: Cardiac disorders
  1  no treatment needed
  2  non-urgent treatment
  3  urgent treatment; device
  4  embolus; urgent treatment
  5  death

Disseminated intravascular coagulation: Blood and lymphatic system disorders
  2  laboratory findings, no bleeding
  3  with bleeding
  4  life-threatening; urgent treatment
  5  death

Hemolysis: Blood and lymphatic system disorders
  1  laboratory only
  2  haemoglobin falls by 2 g/dL or more
  3  transfusion or steroids
  4  life-threatening; urgent treatment
  5  death

Bone marrow hypocellular: Blood and lymphatic system disorders
  1  cellularity reduced by up to 25%
  2  cellularity reduced by more than 25 and less than 50%
  3  cellularity reduced by more than 50 up to 75%
  4  aplastic for more than 2 weeks
  5  death

Myalgia: Musculoskeletal and connective tissue disorders
  1  mild
  2  limits instrumental activities
  3  limits self care

Arthralgia: Musculoskeletal and connective tissue disorders
  1  mild
  2  limits instrumental activities
  3  limits self care

Arthritis: Musculoskeletal and connective tissue disorders
  1  mild with inflammation
  2  limits instrumental activities
  3  limits self care; joint damage

Myositis: Musculoskeletal and connective tissue disorders
  1  mild pain
  2  weakness; limits instrumental activities
  3  severe weakness; limits self care
  4  life-threatening; urgent treatment
  !  in myositis tell disease from LICATS

Generalized muscle weakness: Musculoskeletal and connective tissue disorders
  1  felt by the patient alone
  2  found on examination; limits instrumental activities
  3  limits self care

Rash maculo-papular: Skin and subcutaneous tissue disorders
  1  less than 10% of body surface
  2  10 to 30% of body surface; more than 30% with mild symptoms or none
  3  more than 30% of body surface with moderate or severe symptoms

Pruritus: Skin and subcutaneous tissue disorders
  1  mild or local; topical treatment
  2  widespread; oral drug
  3  widespread and constant; systemic steroid

Alopecia: Skin and subcutaneous tissue disorders
  1  less than half of the hair lost
  2  half of the hair lost or more

Anorexia: Metabolism and nutrition disorders
  1  less appetite
  2  intake altered; supplements
  3  weight loss; tube; feeding into the vein
  4  life-threatening; urgent treatment
  5  death

Dehydration: Metabolism and nutrition disorders
  1  oral fluids
  2  fluids into the vein
  3  hospital
  4  life-threatening; urgent treatment
  5  death

Insomnia: Psychiatric disorders
  1  mild
  2  moderate
  3  severe

Treatment related secondary malignancy: Neoplasms benign, malignant and unspecified (incl cysts and polyps)
  3  not life-threatening
  4  life-threatening; blast crisis
  5  death
  !  holds T-cell malignancy after the product

Myelodysplastic syndrome: Neoplasms benign, malignant and unspecified (incl cysts and polyps)
  4  life-threatening; urgent treatment
  5  death
"""


def _read(table: str) -> dict[str, ClinicalTerm]:
    found: dict[str, ClinicalTerm] = {}
    for block in table.strip().split("\n\n"):
        heading, *lines = block.splitlines()
        name, _, organ_class = heading.rpartition(": ")
        told = [(line[2], line[5:]) for line in lines]
        grades = {int(mark): text for mark, text in told if mark != "!"}
        note = "; ".join(text for mark, text in told if mark == "!")
        found[name] = ClinicalTerm(name, organ_class, grades, note)
    return found


TERMS: Final = _read(_TABLE)
"""All terms, by name."""

NAMED_OTHERWISE: Final = {
    "hypogammaglobulinaemia": "Immune system disorders - Other, specify",
    "iec-hs": "Immune system disorders - Other, specify",
    "licats": "Immune system disorders - Other, specify",
    "graft versus host disease": "Immune system disorders - Other, specify",
    "gvhd": "Immune system disorders - Other, specify",
    "pneumonia": "Lung infection",
    "peripheral oedema": "Edema limbs",
    "herpes zoster": "Shingles",
    "icans": "Encephalopathy",
    "ards": "Adult respiratory distress syndrome",
    "crs": "Cytokine release syndrome",
    "maculopapular rash": "Rash maculo-papular",
}
"""What people look for under a name that version 5 does not have, and where it goes."""
