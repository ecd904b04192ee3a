package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// analysis is one look at a set of compiled modules. The compiled form is what is read, because there a call's
// arguments stand in expressions of their own before it: what OPA evaluates outside a `not` is seen outside of it.
type analysis struct {
	c       *ast.Compiler
	input   *shape
	scopes  map[*ast.Rule]*scope
	inner   map[any]*scope      // by comprehension
	calls   map[string][]called // by function
	args    map[string]*shape
	results map[*ast.Rule]value
	known   map[*ast.Rule]*facts
	guards  map[place][]string // the type tests that comparisons lack
}

type place struct {
	file     string
	row, col int
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
		args: map[string]*shape{}, results: map[*ast.Rule]value{}, known: map[*ast.Rule]*facts{}, guards: map[place][]string{},
	}
	for _, m := range c.Modules {
		for _, top := range m.Rules {
			for r := top; r != nil; r = r.Else {
				if !exempt(m, r) {
					a.scope(r)
				}
			}
		}
	}
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
	if arity >= 0 && len(operands) >= arity && ast.BuiltinMap[op.String()] == nil {
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

// mentions says whether what t stands for contains v, which must not become its own meaning.
func (s *scope) mentions(t *ast.Term, v ast.Var, seen map[ast.Var]bool) bool {
	found := false
	ast.WalkVars(t, func(x ast.Var) bool {
		if found || x == v {
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
