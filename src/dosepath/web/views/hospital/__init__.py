"""Hospital: result folders of population runs. Read the address, ask the folder, render; no medicine here."""
