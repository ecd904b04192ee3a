package main

import (
	"path"
	"regexp"
	"strings"
)

var (
	fieldLine   = regexp.MustCompile(`^([a-z_][A-Za-z0-9_]*)\s*:\s*([^=\s].*?),?\s*$`)
	packageLine = regexp.MustCompile(`^\s*package\s+([A-Za-z0-9_.-]+)\s*;?\s*$`)
	notName     = regexp.MustCompile(`[^A-Za-z0-9_]+`)
	spokenWords = regexp.MustCompile(`\b(?:True|False|None)\b`)
)

// plainRego replaces what people write who know other languages: `name: value`, `//`, `&&`, `'text'`, `True`, a
// package with hyphens or none. It reads lines and quotes, no more; whether the outcome is Rego is the parser's to say.
func plainRego(file, source string) string {
	var out []string
	depth, named := 0, false
	for line := range strings.SplitSeq(strings.ReplaceAll(source, "\r\n", "\n"), "\n") {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "//") {
			line = strings.Replace(line, "//", "#", 1)
		}
		if found := packageLine.FindStringSubmatch(line); found != nil {
			named = true
			line = "package " + strings.ReplaceAll(found[1], "-", "_")
		}
		code, comment := plainLine(line)
		if depth == 0 {
			code = fieldLine.ReplaceAllString(code, "$1 := $2")
		}
		depth = max(0, depth+strings.Count(code, "{")+strings.Count(code, "[")-strings.Count(code, "}")-strings.Count(code, "]"))
		out = append(out, strings.TrimRight(code+comment, " \t"))
	}
	text := strings.Join(out, "\n")
	if !named {
		name := notName.ReplaceAllString(strings.TrimSuffix(path.Base(file), ".rego"), "_")
		if name == "" || (name[0] >= '0' && name[0] <= '9') {
			name = "policy_" + name
		}
		text = "package " + name + "\n\n" + text
	}
	return text
}

// plainLine mends one line outside of its strings, and cuts its comment off.
func plainLine(line string) (code, comment string) {
	var b strings.Builder
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == '#':
			return b.String(), line[i:]
		case c == '"' || c == '`' || c == '\'':
			end := quoted(line, i)
			if text := line[i:end]; c == '\'' && len(text) > 1 && !strings.ContainsAny(text, `"\`) {
				b.WriteString(`"` + text[1:len(text)-1] + `"`)
			} else {
				b.WriteString(text)
			}
			i = end
		default:
			end := strings.IndexAny(line[i+1:], "#\"'`")
			if end < 0 {
				end = len(line)
			} else {
				end += i + 1
			}
			b.WriteString(plainCode(line[i:end]))
			i = end
		}
	}
	return b.String(), ""
}

func plainCode(code string) string {
	code = strings.NewReplacer("&&", ";", "===", "==", "!==", "!=").Replace(code)
	return spokenWords.ReplaceAllStringFunc(code, func(word string) string {
		return map[string]string{"True": "true", "False": "false", "None": "null"}[word]
	})
}

// quoted is where the string that begins at i ends; an open one ends the line.
func quoted(line string, i int) int {
	for j := i + 1; j < len(line); j++ {
		if line[j] == '\\' && line[i] != '`' {
			j++
		} else if line[j] == line[i] {
			return j + 1
		}
	}
	return len(line)
}
