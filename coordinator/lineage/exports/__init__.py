"""The lineage of a job in the forms that programs of others read: one module a form, `formats` the list of them."""
