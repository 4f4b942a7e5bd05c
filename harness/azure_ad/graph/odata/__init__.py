"""OData as Microsoft Graph speaks it: bodies, entity types, filters, references, paging and errors."""
