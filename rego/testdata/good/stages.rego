package sallyport.stages

required := {"input", "output"}

seen := {f.stage | some f in input.findings}

deny contains msg if {
	some stage in required - seen
	msg := concat(" ", ["stage", stage, "is required"])
}

longest := max([p.tokens | some p in input.parts.retrieved])

deny contains "a document is too long" if longest > 2000

total := sum([p.tokens | some origin in ["retrieved", "tool"]; some p in input.parts[origin]])

deny contains "too much context" if total > 8000

deny contains "no system prompt" if count(input.parts.system) == 0

deny contains "first part too long" if {
	input.parts.user[0].length > 10000
}
