package main

// retold says of what is wrong with modules what to write instead: the nearest field of the input where there is none by a
// name, and of the first thing wrong with a file the whole file as it could be, where that can be said.
func retold(problems []Problem, source Source) []Problem {
	schema := []byte(source.Schema)
	texts := make(map[string]string, len(source.Modules))
	for _, module := range source.Modules {
		texts[module.File] = module.Source
	}
	told := make([]Problem, 0, len(problems))
	for _, each := range problems {
		each = explain(each, schema)
		if text, known := texts[each.File]; known {
			each = offer(each, text, schema)
			delete(texts, each.File)
		}
		told = append(told, each)
	}
	return told
}
