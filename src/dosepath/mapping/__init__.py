"""FHIR resources to facts, through the code lists of the protocol."""
