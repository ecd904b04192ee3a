package main

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// untold finds a rule that would fire for a missing field, as its `not` says, had it not named the same field elsewhere,
// as in its message: all of a body must be defined.
func (s *scope) untold() []Problem {
	tested := map[string]string{}
	note := func(in *scope, t *ast.Term, e *ast.Expr) {
		if ref, ok := t.Value.(ast.Ref); ok && !in.value(t).sure {
			tested[in.key(ast.NewTerm(ref))] = source(e)
		}
	}
	for _, e := range s.exprs {
		switch t := e.Terms.(type) {
		case *ast.Term:
			if e.Negated {
				note(s, t, e)
			}
		case []*ast.Term:
			for _, one := range t[1:] {
				if e.Negated {
					note(s, one, e)
				}
			}
		case *ast.Not:
			s.noteInside(e, t, note)
		}
	}
	var out []Problem
	for _, e := range s.exprs {
		if e.Negated || len(tested) == 0 {
			continue
		}
		_, operands := callOf(e)
		for _, t := range operands {
			ref, ok := t.Value.(ast.Ref)
			if !ok || !e.Generated || s.value(t).sure {
				continue
			}
			for i := 2; i <= len(ref); i++ {
				if not, ok := tested[s.key(ast.NewTerm(ref[:i]))]; ok {
					name := s.text(t)
					out = append(out, s.at(e, trapNot, fmt.Sprintf(
						"`%s` is true when %s is missing, but the rule does not fire then, as it names %s here as well, which is undefined. Write `%s` here.",
						not, name, name, withDefault(name, "\"none\""))))
					break
				}
			}
		}
	}
	return out
}

func (s *scope) noteInside(e *ast.Expr, not *ast.Not, note func(*scope, *ast.Term, *ast.Expr)) {
	for _, inner := range s.inners {
		if len(inner.exprs) == 0 || len(not.Body) == 0 || inner.exprs[0] != not.Body[0] {
			continue
		}
		for _, one := range inner.exprs {
			if one.Generated {
				_, operands := callOf(one)
				for _, t := range operands {
					note(s, t, e)
				}
			} else if t, ok := one.Terms.(*ast.Term); ok {
				note(s, t, e)
			}
		}
	}
}

// orDefault suggests a value for what may be missing.
func orDefault(ref, value string) string {
	if strings.HasPrefix(ref, "data.") {
		return fmt.Sprintf(", or put `%s` into a rule of its own that has a `default`", ref)
	}
	if with := withDefault(ref, value); with != ref {
		return fmt.Sprintf(", or give it a value: `%s`", with)
	}
	return ""
}

// withDefault writes object.get for a reference, along all names at its end, as any of them may be missing.
func withDefault(ref, value string) string {
	end := strings.LastIndex(ref, "]") + 1
	first := strings.Index(ref[end:], ".")
	if first < 0 || strings.HasPrefix(ref, "data.") || strings.ContainsAny(ref[end:], "()\" ") {
		return ref
	}
	from, path := ref[:end+first], strings.Split(ref[end+first+1:], ".")
	if len(path) == 1 {
		return fmt.Sprintf("object.get(%s, %q, %s)", from, path[0], value)
	}
	return fmt.Sprintf("object.get(%s, [\"%s\"], %s)", from, strings.Join(path, `", "`), value)
}
