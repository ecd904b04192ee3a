package main

import (
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// adopt takes over what every clause of a rule or function that must hold says of the input and of its arguments.
func (s *scope) adopt(rules []*ast.Rule, args []*ast.Term) {
	if len(rules) == 0 || rules[0].Head.RuleKind() != ast.SingleValue || !rules[0].Head.Reference.IsGround() {
		return
	}
	f := s.a.said(rules)
	place := func(key string) (string, bool) {
		if n, ok := strings.CutPrefix(key, "#"); ok {
			end := strings.IndexAny(n, ".[")
			if end < 0 {
				end = len(n)
			}
			if i, err := strconv.Atoi(n[:end]); err == nil && i < len(args) {
				return s.key(args[i]) + n[end:], true
			}
			return "", false
		}
		return key, true
	}
	for key, k := range f.kinds {
		if at, ok := place(key); ok {
			s.facts.narrow(at, k)
		}
	}
	for key := range f.present {
		if at, ok := place(key); ok {
			s.facts.present[at] = true
		}
	}
}

// said is what all clauses agree on, with arguments by number: "#0.name".
func (a *analysis) said(rules []*ast.Rule) *facts {
	if known := a.known[rules[0]]; known != nil {
		return known
	}
	a.known[rules[0]] = &facts{}
	var out *facts
	for _, top := range rules {
		for r := top; r != nil; r = r.Else {
			if r.Head.Value != nil && ast.Boolean(false).Equal(r.Head.Value.Value) {
				continue // a test that is false does not hold
			}
			one := a.exported(r)
			if out == nil {
				out = one
				continue
			}
			for key, k := range out.kinds {
				if other, ok := one.kinds[key]; ok {
					out.kinds[key] = k | other
				} else {
					delete(out.kinds, key)
				}
			}
			for key := range out.present {
				if !one.present[key] {
					delete(out.present, key)
				}
			}
		}
	}
	if out == nil {
		out = &facts{}
	}
	a.known[rules[0]] = out
	return out
}

func (a *analysis) exported(r *ast.Rule) *facts {
	s := a.scope(r)
	own := s.allFacts()
	out := &facts{kinds: map[string]kind{}, present: map[string]bool{}}
	name := func(key string) (string, bool) {
		end := strings.IndexAny(key, ".[")
		if end < 0 {
			end = len(key)
		}
		if i, ok := s.args[ast.Var(key[:end])]; ok {
			return "#" + strconv.Itoa(i) + key[end:], !strings.Contains(key[end:], "[")
		}
		return key, strings.HasPrefix(key, "input.") && !strings.Contains(key, "[")
	}
	for key, k := range own.kinds {
		if n, ok := name(key); ok {
			out.kinds[n] = k
		}
	}
	for key := range own.present {
		if n, ok := name(key); ok {
			out.present[n] = true
		}
	}
	return out
}
