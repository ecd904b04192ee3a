package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// analysis is one look at a set of compiled modules. The compiled form is what is read, because there a call's
// arguments stand in expressions of their own before it: what OPA evaluates outside a `not` is seen outside of it.
type analysis struct {
	c       *ast.Compiler
	input   *shape
	rules   []*ast.Rule // those that are looked at
	scopes  map[*ast.Rule]*scope
	inner   map[any]*scope      // by comprehension
	calls   map[string][]called // by function
	args    map[argument]*shape
	results map[*ast.Rule]value
	known   map[*ast.Rule]*facts
	sealed  bool               // what is read from now on is a test's, whose calls do not count
	guards  map[place][]string // the tests that expressions lack
	unequal map[place]bool     // the `!=` that can be a negated `==`
}

type place struct {
	file     string
	row, col int
}

func placeOf(e *ast.Expr) place {
	if e.Location == nil {
		return place{}
	}
	return place{e.Location.File, e.Location.Row, e.Location.Col}
}

// argument is a function's, by its place.
type argument struct {
	function string
	place    int
}

type called struct {
	scope *scope
	args  []*ast.Term
}

// scope is one body: a rule's, a comprehension's, an `every`'s, a `not`'s.
type scope struct {
	a      *analysis
	up     *scope
	rule   *ast.Rule
	args   map[ast.Var]int
	exprs  []*ast.Expr
	inners []*scope
	// mended says that this is the body of a `not` under `import future.keywords.not`: undefined inside makes it true.
	mended bool
	bound  map[ast.Var]binding
	values map[ast.Var]value
	keys   map[ast.Var]string
	facts  *facts
	busy   bool
}

// binding says what a variable equals, and the expression that says so.
type binding struct {
	term *ast.Term
	by   *ast.Expr
	over *ast.Term // set instead of term: the variable runs over the keys of this collection
}

func newAnalysis(c *ast.Compiler, input *shape, exempt func(*ast.Module, *ast.Rule) bool) *analysis {
	a := &analysis{
		c: c, input: input, scopes: map[*ast.Rule]*scope{}, inner: map[any]*scope{}, calls: map[string][]called{},
		args: map[argument]*shape{}, results: map[*ast.Rule]value{}, known: map[*ast.Rule]*facts{}, guards: map[place][]string{}, unequal: map[place]bool{},
	}
	for _, m := range c.Modules {
		for _, top := range m.Rules {
			for r := top; r != nil; r = r.Else {
				if !exempt(m, r) {
					a.rules = append(a.rules, r)
					a.scope(r)
				}
			}
		}
	}
	a.sealed = true
	return a
}

// scope reads a rule's body once.
func (a *analysis) scope(r *ast.Rule) *scope {
	if s := a.scopes[r]; s != nil {
		return s
	}
	s := &scope{a: a, rule: r, args: map[ast.Var]int{}}
	a.scopes[r] = s
	for i, arg := range r.Head.Args {
		if v, ok := arg.Value.(ast.Var); ok {
			s.args[v] = i
		}
	}
	s.read(r.Body)
	for _, t := range []*ast.Term{r.Head.Key, r.Head.Value} {
		if t != nil {
			s.comprehensions(t)
		}
	}
	return s
}

func (s *scope) child(body ast.Body) *scope {
	c := &scope{a: s.a, up: s, rule: s.rule}
	s.inners = append(s.inners, c)
	c.read(body)
	return c
}

func (s *scope) read(body ast.Body) {
	if s.bound == nil {
		s.bound, s.values, s.keys = map[ast.Var]binding{}, map[ast.Var]value{}, map[ast.Var]string{}
	}
	for _, e := range body {
		s.exprs = append(s.exprs, e)
		switch t := e.Terms.(type) {
		case *ast.Term:
			s.comprehensions(t)
		case []*ast.Term:
			for _, one := range t[1:] {
				s.comprehensions(one)
			}
			s.readCall(e, t)
		case *ast.Every:
			c := &scope{a: s.a, up: s, rule: s.rule, bound: map[ast.Var]binding{}, values: map[ast.Var]value{}, keys: map[ast.Var]string{}}
			s.inners = append(s.inners, c)
			s.bindEvery(c, e, t)
			c.read(t.Body)
		case *ast.Not:
			s.child(t.Body).mended = true
		case *ast.LogicalAnd:
			if e.Negated {
				s.child(t.Lhs)
				s.child(t.Rhs)
				continue
			}
			// Both sides hold when the whole does, so that they are read as if they stood in this body.
			s.read(t.Lhs)
			s.read(t.Rhs)
		case *ast.LogicalOr:
			s.child(t.Lhs)
			s.child(t.Rhs)
		}
	}
}

func (s *scope) comprehensions(t *ast.Term) {
	ast.NewGenericVisitor(func(x any) bool {
		switch x := x.(type) {
		case *ast.ArrayComprehension:
			s.a.inner[x] = s.child(x.Body)
		case *ast.SetComprehension:
			s.a.inner[x] = s.child(x.Body)
		case *ast.ObjectComprehension:
			s.a.inner[x] = s.child(x.Body)
		default:
			return false
		}
		return true
	}).Walk(t)
}

func (s *scope) bindEvery(c *scope, e *ast.Expr, t *ast.Every) {
	v, isVar := t.Value.Value.(ast.Var)
	if !isVar {
		return
	}
	if t.Key == nil {
		c.bound[v] = binding{term: ast.RefTerm(t.Domain, ast.VarTerm("every "+string(v))), by: e}
		return
	}
	c.bound[v] = binding{term: ast.RefTerm(t.Domain, t.Key), by: e}
	if k, ok := t.Key.Value.(ast.Var); ok {
		c.bound[k] = binding{over: t.Domain, by: e}
	}
}

func (s *scope) readCall(e *ast.Expr, terms []*ast.Term) {
	op, ok := terms[0].Value.(ast.Ref)
	if !ok {
		return
	}
	operands := terms[1:]
	arity := s.a.c.GetArity(op)
	if !s.a.sealed && arity >= 0 && len(operands) >= arity && ast.BuiltinMap[op.String()] == nil {
		name := op.String()
		s.a.calls[name] = append(s.a.calls[name], called{s, operands[:arity]})
	}
	// Only what must hold for the body to hold binds; `with` may make it hold for another input.
	if e.Negated {
		return
	}
	if len(e.With) > 0 {
		for _, t := range operands {
			s.bindOpaque(e, t)
		}
		return
	}
	switch {
	case op.Equal(ast.Equality.Ref()) && len(operands) == 2:
		s.unify(e, operands[0], operands[1])
	case arity >= 0 && len(operands) == arity+1:
		call := make(ast.Call, 0, arity+1)
		call = append(append(call, terms[0]), operands[:arity]...)
		s.unify(e, operands[arity], &ast.Term{Value: call, Location: e.Location})
	}
}
