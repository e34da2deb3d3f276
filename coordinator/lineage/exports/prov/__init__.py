"""W3C PROV of a job: `statements` says it, `json_form` and `turtle_form` write it as PROV-JSON and as PROV-O."""
