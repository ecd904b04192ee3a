package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// misnamed finds references to what the input's schema lacks where OPA's type check does not look: inside `every`, in what
// a comprehension collects, and under object.get, where a slip would always yield the default.
func (s *scope) misnamed(e *ast.Expr) []Problem {
	if len(e.With) > 0 {
		return nil
	}
	var terms []*ast.Term
	switch t := e.Terms.(type) {
	case *ast.Term:
		terms = []*ast.Term{t}
	case []*ast.Term:
		terms = t[1:]
		if t[0].String() == ast.ObjectGet.Name && len(terms) >= 2 {
			if p, ok := s.misnamedGet(e, terms[0], terms[1]); ok {
				return []Problem{p}
			}
		}
	}
	for _, t := range terms {
		ref, ok := t.Value.(ast.Ref)
		if !ok {
			continue
		}
		for i := 1; i < len(ref); i++ {
			name, ok := ref[i].Value.(ast.String)
			if !ok {
				continue
			}
			if p, ok := s.lacks(e, ast.NewTerm(ref[:i]), s.value(ast.NewTerm(ref[:i])).shape, string(name)); ok {
				return []Problem{p}
			}
		}
	}
	return nil
}

func (s *scope) misnamedGet(e *ast.Expr, object, path *ast.Term) (Problem, bool) {
	from := s.value(object).shape
	if b, ok := s.resolved(path); ok {
		path = b
	}
	steps := []*ast.Term{path}
	if list, ok := path.Value.(*ast.Array); ok {
		steps = nil
		list.Foreach(func(t *ast.Term) { steps = append(steps, t) })
	}
	for _, step := range steps {
		name, ok := step.Value.(ast.String)
		if !ok {
			break
		}
		if p, ok := s.lacks(e, object, from, string(name)); ok {
			return p, true
		}
		from, _ = from.at(name)
	}
	return Problem{}, false
}

func (s *scope) lacks(e *ast.Expr, object *ast.Term, shape *shape, name string) (Problem, bool) {
	if _, known := shape.props[name]; known || !shape.closed {
		return Problem{}, false
	}
	names := slices.Sorted(maps.Keys(shape.props))
	return s.at(e, codeReference, noSuch(s.text(object)+"."+name, name, names, "")), true
}

var (
	opaHave  = regexp.MustCompile(`;\s*have: ("(?:[^"\\]|\\.)*"|[^;]*)`)
	opaWant  = regexp.MustCompile(`;\s*want \(one of\): \[([^;]*)\]`)
	opaNames = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	opaLost  = regexp.MustCompile(`^var (\w+) is unsafe`)
)

// explain says in the gate's words what OPA's type check has found, with the nearest name that the schema has.
func explain(p Problem, schema []byte) Problem {
	if found := opaLost.FindStringSubmatch(p.Message); found != nil {
		if near := nearest(found[1], []string{"input", "data"}); near != "" {
			p.Message += fmt.Sprintf("; write `%s`", near)
		}
		return p
	}
	ref, ok := strings.CutPrefix(p.Message, "undefined ref: ")
	if !ok {
		return p
	}
	ref, details, _ := strings.Cut(ref, "; ")
	p.Code = codeReference
	have := opaHave.FindStringSubmatch(";" + details)
	if have == nil {
		return p
	}
	name, quoted := strings.CutPrefix(have[1], `"`)
	if !quoted {
		p.Message = fmt.Sprintf("%s: what comes before the last name is a %s, which has no fields", ref, have[1])
		return p
	}
	name = strings.TrimSuffix(name, `"`)
	var names []string
	if want := opaWant.FindStringSubmatch(";" + details); want != nil {
		for _, one := range opaNames.FindAllStringSubmatch(want[1], -1) {
			names = append(names, one[1])
		}
	}
	elsewhere := ""
	if strings.HasPrefix(ref, "input") {
		elsewhere = findPath(readSchema(schema), "input", name, 6)
	}
	p.Message = noSuch(ref, name, names, elsewhere)
	return p
}

// noSuch writes the message: the nearest name in the same place, or the same name in another.
func noSuch(ref, name string, names []string, elsewhere string) string {
	message := fmt.Sprintf("%s: there is no %q here", ref, name)
	if near := nearest(name, names); near != "" {
		message += fmt.Sprintf("; write `%s`", near)
	} else if elsewhere != "" {
		message += fmt.Sprintf("; write `%s`", elsewhere)
	}
	if len(names) > 0 {
		message += ". There is " + strings.Join(names, ", ")
	}
	return message
}

// nearest is the name that differs least, if it differs by a slip only.
func nearest(name string, names []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, one := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(one)); d < least {
			best, least = one, d
		}
	}
	return best
}

// findPath is where in the schema a name stands, as a reference; "" if nowhere.
func findPath(s *shape, at, name string, depth int) string {
	if s == nil || depth == 0 {
		return ""
	}
	if _, ok := s.props[name]; ok {
		return at + "." + name
	}
	for _, one := range slices.Sorted(maps.Keys(s.props)) {
		if found := findPath(s.props[one].shape, at+"."+one, name, depth-1); found != "" {
			return found
		}
	}
	return findPath(s.rest, at+"[_]", name, depth-1)
}

// distance is Levenshtein's. Names longer than 64 bytes are cut: no schema has such.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
