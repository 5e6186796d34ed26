"""What can be wrong with a record before anyone looks at its cells."""

FAULTS = {
    "fields": "The record does not have as many fields as the header.",
    "json": "The line is not one complete JSON object in UTF-8.",
    "resource": "The resource is of a type or category that no feed takes.",
    "shape": "An element of the resource is not shaped as FHIR R4 says.",
    "segment": "The segment or the message around it is not shaped as HL7 v2 says.",
    "message": "The message is of a type that no feed takes.",
}
"""Kind of fault, and why the record is refused; rule `<feed>.record.<kind>`."""
