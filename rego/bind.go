package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// bindOpaque notes that a variable has a value of which nothing is known.
func (s *scope) bindOpaque(e *ast.Expr, t *ast.Term) {
	if v, ok := t.Value.(ast.Var); ok && !s.isBound(v) {
		s.bound[v] = binding{by: e}
	}
}

// unify binds variables as OPA's unification would, through arrays and objects.
func (s *scope) unify(e *ast.Expr, a, b *ast.Term) {
	a, b = s.root(a), s.root(b)
	if v, ok := a.Value.(ast.Var); ok {
		s.bind(e, v, b)
	} else if v, ok := b.Value.(ast.Var); ok {
		s.bind(e, v, a)
	}
	s.iterate(e, a)
	s.iterate(e, b)
	s.unpack(e, a, b)
	s.unpack(e, b, a)
}

func (s *scope) unpack(e *ast.Expr, pattern, from *ast.Term) {
	ref, isRef := from.Value.(ast.Ref)
	if v, ok := from.Value.(ast.Var); ok {
		ref, isRef = ast.Ref{ast.NewTerm(v)}, true
	}
	step := func(key *ast.Term) *ast.Term {
		if isRef {
			return ast.NewTerm(ref.Append(key))
		}
		return nil
	}
	switch p := pattern.Value.(type) {
	case *ast.Array:
		other, both := from.Value.(*ast.Array)
		for i := range p.Len() {
			if both && other.Len() == p.Len() {
				s.unify(e, p.Elem(i), other.Elem(i))
			} else if t := step(ast.IntNumberTerm(i)); t != nil {
				s.unify(e, p.Elem(i), t)
			}
		}
	case ast.Object:
		p.Foreach(func(k, v *ast.Term) {
			if t := step(k); t != nil {
				s.unify(e, v, t)
			}
		})
	}
}

// iterate notes the variables that run over a collection's keys.
func (s *scope) iterate(e *ast.Expr, t *ast.Term) {
	ref, ok := t.Value.(ast.Ref)
	if !ok {
		return
	}
	for i, step := range ref[1:] {
		if v, ok := step.Value.(ast.Var); ok && !s.isBound(v) {
			s.bound[v] = binding{over: ast.NewTerm(ref[:i+1]), by: e}
		}
	}
}

func (s *scope) isBound(v ast.Var) bool {
	_, _, ok := s.lookup(v)
	if _, arg := s.argument(v); arg {
		return true
	}
	return ok
}

func (s *scope) bind(e *ast.Expr, v ast.Var, t *ast.Term) {
	if _, _, ok := s.lookup(v); ok || s.mentions(t, v, map[ast.Var]bool{}) {
		return
	}
	s.bound[v] = binding{term: t, by: e}
}

const maxSeen = 64

// mentions says whether what t stands for contains v, which must not become its own meaning.
func (s *scope) mentions(t *ast.Term, v ast.Var, seen map[ast.Var]bool) bool {
	found := false
	ast.WalkVars(t, func(x ast.Var) bool {
		if found || x == v {
			found = true
			return true
		}
		if len(seen) > maxSeen {
			// Of what stands behind so many others nothing is said: to look through each of them each time would take too long.
			found = true
			return true
		}
		if b, at, ok := s.lookup(x); ok && !seen[x] {
			seen[x] = true
			if b.term != nil {
				found = at.mentions(b.term, v, seen)
			} else if b.over != nil {
				found = at.mentions(b.over, v, seen)
			}
		}
		return found
	})
	return found
}

// root follows a variable that merely renames another.
func (s *scope) root(t *ast.Term) *ast.Term {
	for range maxDepth {
		v, ok := t.Value.(ast.Var)
		if !ok {
			return t
		}
		b, _, ok := s.lookup(v)
		if !ok || b.term == nil {
			return t
		}
		if _, ok := b.term.Value.(ast.Var); !ok {
			return t
		}
		t = b.term
	}
	return t
}

func (s *scope) lookup(v ast.Var) (binding, *scope, bool) {
	for at := s; at != nil; at = at.up {
		if b, ok := at.bound[v]; ok {
			return b, at, true
		}
	}
	return binding{}, nil, false
}

func (s *scope) argument(v ast.Var) (int, bool) {
	for s.up != nil {
		s = s.up
	}
	i, ok := s.args[v]
	return i, ok
}

// written says that the module's author wrote this variable, and the compiler did not.
func (s *scope) written(v ast.Var) bool {
	if v.IsGenerated() {
		_, ok := s.a.c.RewrittenVars[v]
		return ok
	}
	return true
}

// maxDepth bounds every chase through bindings: a module nested deeper than this is simply not understood there.
const maxDepth = 32
