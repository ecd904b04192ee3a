package main

import (
	"regexp"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// maxKey bounds what a term is called; a longer one goes by its variable.
const maxKey = 512

// key names what a term stands for, so that two terms with one key are the same value: `x` after `x := input.a` has
// the key of `input.a`.
func (s *scope) key(t *ast.Term) string {
	switch x := t.Value.(type) {
	case ast.Var:
		return s.keyOfVar(x)
	case ast.Ref:
		return s.keyOfRef(x)
	case ast.Call:
		args := make([]string, len(x)-1)
		for i, arg := range x[1:] {
			args[i] = s.key(arg)
		}
		return written(x[0].String(), args)
	case *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension:
		return s.source(t)
	}
	return t.String()
}

func (s *scope) keyOfVar(v ast.Var) string {
	b, at, ok := s.lookup(v)
	if !ok || b.term == nil {
		return string(v)
	}
	if known, ok := at.keys[v]; ok {
		return known
	}
	at.keys[v] = string(v)
	switch b.term.Value.(type) {
	case ast.Var, ast.Ref, ast.Call, ast.String, ast.Number, ast.Boolean, ast.Null:
		if key := at.key(b.term); len(key) <= maxKey {
			at.keys[v] = key
		}
	}
	return at.keys[v]
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (s *scope) keyOfRef(ref ast.Ref) string {
	out := s.key(ref[0])
	for _, step := range ref[1:] {
		if name, ok := step.Value.(ast.String); ok && plainName.MatchString(string(name)) {
			out += "." + string(name)
		} else {
			out += "[" + s.key(step) + "]"
		}
	}
	return out
}

func (s *scope) source(t *ast.Term) string {
	if t.Location != nil && len(t.Location.Text) > 0 {
		return string(t.Location.Text)
	}
	return t.String()
}

// text is a term as its author would write it: by the author's variables, and without those of the compiler.
func (s *scope) text(t *ast.Term) string {
	left := maxDepth
	return s.render(t, &left)
}

// render spends one of left on every step, so that what refers to itself many times over stays short.
func (s *scope) render(t *ast.Term, left *int) string {
	if *left--; *left < 0 {
		return "..."
	}
	switch x := t.Value.(type) {
	case ast.Var:
		b, at, ok := s.lookup(x)
		if s.written(x) || !ok || b.over != nil {
			return s.name(x)
		}
		if b.term == nil {
			return source(b.by)
		}
		return at.render(b.term, left)
	case ast.Ref:
		x = s.short(x)
		out := s.render(x[0], left)
		for _, step := range x[1:] {
			if name, ok := step.Value.(ast.String); ok && plainName.MatchString(string(name)) {
				out += "." + string(name)
			} else {
				out += "[" + s.render(step, left) + "]"
			}
		}
		return out
	case ast.Call:
		args := make([]string, len(x)-1)
		for i, arg := range x[1:] {
			args[i] = s.render(arg, left)
		}
		return written(x[0].String(), args)
	case *ast.Array, ast.Object, ast.Set, *ast.ArrayComprehension, *ast.SetComprehension, *ast.ObjectComprehension, *ast.TemplateString:
		return s.source(t)
	}
	return t.String()
}

// short leaves the package out of a reference to one of its own rules.
func (s *scope) short(ref ast.Ref) ast.Ref {
	if s.rule.Module == nil {
		return ref
	}
	own := s.rule.Module.Package.Path
	if len(ref) <= len(own) || !ref.HasPrefix(own) {
		return ref
	}
	name, ok := ref[len(own)].Value.(ast.String)
	if !ok || !plainName.MatchString(string(name)) {
		return ref
	}
	return append(ast.Ref{ast.VarTerm(string(name))}, ref[len(own)+1:]...)
}

func written(op string, args []string) string {
	if b := ast.BuiltinMap[op]; b != nil && b.Infix != "" && len(args) == 2 {
		return args[0] + " " + b.Infix + " " + args[1]
	}
	return op + "(" + strings.Join(args, ", ") + ")"
}

func (s *scope) name(v ast.Var) string {
	for range maxDepth {
		from, ok := s.a.c.RewrittenVars[v]
		if !ok {
			break
		}
		v = from
	}
	if v.IsGenerated() || v.IsWildcard() {
		return "_"
	}
	return v.String()
}
