package main

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// kind is a set of Rego's types. Rego orders all of them (null < boolean < number < string < ...), which is why a
// comparison across them is an answer and not an error.
type kind uint8

const (
	kNull kind = 1 << iota
	kBool
	kNumber
	kString
	kArray
	kObject
	kSet
	kAny = kNull | kBool | kNumber | kString | kArray | kObject | kSet
)

// one says that k holds exactly one type.
func (k kind) one() bool { return k != 0 && k&(k-1) == 0 }

var kindNames = []struct {
	k    kind
	name string
}{{kNull, "null"}, {kBool, "boolean"}, {kNumber, "number"}, {kString, "string"}, {kArray, "array"}, {kObject, "object"}, {kSet, "set"}}

func (k kind) String() string {
	if k == kAny {
		return "of any type"
	}
	var names []string
	for _, n := range kindNames {
		if k&n.k != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, " or ")
}

// shape is what is known of a value. OPA's own types would nearly do, but read from a JSON schema they forget which
// properties are required and that a type may be null.
type shape struct {
	kinds kind
	props map[string]prop
	tuple []*shape
	// closed: the input's schema knows no other properties, so that to name another is a slip.
	closed bool
	rest   *shape // elements of an array or a set, values of properties that props does not name; nil: nothing is known
}

type prop struct {
	shape    *shape
	required bool
}

var anything = &shape{kinds: kAny}

func only(k kind) *shape { return &shape{kinds: k} }

func (s *shape) masked(k kind) *shape {
	if s.kinds&k == s.kinds {
		return s
	}
	c := *s
	c.kinds &= k
	return &c
}

func (s *shape) element() *shape {
	var all *shape
	for _, t := range s.tuple {
		all = either(all, t)
	}
	for _, p := range s.props {
		all = either(all, p.shape)
	}
	if s.rest != nil {
		return either(all, s.rest)
	}
	if all != nil && s.kinds&^(kArray|kObject|kSet) == 0 {
		return all
	}
	return anything
}

// at is what stands under a constant key, and whether it always does.
func (s *shape) at(key ast.Value) (*shape, bool) {
	switch k := key.(type) {
	case ast.String:
		if p, ok := s.props[string(k)]; ok {
			return p.shape, p.required && s.kinds == kObject
		}
	case ast.Number:
		if i, ok := k.Int(); ok && i >= 0 && i < len(s.tuple) {
			return s.tuple[i], s.kinds == kArray
		}
	}
	if s.rest != nil {
		return s.rest, false
	}
	return anything, false
}

// either is the shape of a value that has one of two; nil is no value at all.
func either(a, b *shape) *shape {
	if a == nil || a == b {
		return b
	}
	if b == nil {
		return a
	}
	out := &shape{kinds: a.kinds | b.kinds}
	if a.props != nil && b.props != nil {
		out.props = map[string]prop{}
		for name, p := range a.props {
			if q, ok := b.props[name]; ok {
				out.props[name] = prop{either(p.shape, q.shape), p.required && q.required}
			}
		}
	}
	if len(a.tuple) == len(b.tuple) {
		for i := range a.tuple {
			out.tuple = append(out.tuple, either(a.tuple[i], b.tuple[i]))
		}
	}
	if a.rest != nil && b.rest != nil {
		out.rest = either(a.rest, b.rest)
	}
	return out
}

// fromType reads what OPA's type checker knows (builtins' results).
func fromType(t types.Type) *shape {
	switch t := t.(type) {
	case types.Null:
		return only(kNull)
	case types.Boolean:
		return only(kBool)
	case types.Number:
		return only(kNumber)
	case types.String:
		return only(kString)
	case *types.NamedType:
		return fromType(t.Type)
	case *types.Set:
		return &shape{kinds: kSet, rest: fromType(t.Of())}
	case *types.Array:
		s := &shape{kinds: kArray}
		for i := range t.Len() {
			s.tuple = append(s.tuple, fromType(t.Select(i)))
		}
		if t.Dynamic() != nil {
			s.rest = fromType(t.Dynamic())
		}
		return s
	case *types.Object:
		s := &shape{kinds: kObject, props: map[string]prop{}}
		for _, p := range t.StaticProperties() {
			if name, ok := p.Key.(string); ok {
				s.props[name] = prop{fromType(p.Value), false}
			}
		}
		if t.DynamicValue() != nil {
			s.rest = fromType(t.DynamicValue())
		}
		return s
	case types.Any:
		var all *shape
		for _, one := range t {
			all = either(all, fromType(one))
		}
		if all != nil {
			return all
		}
	}
	return anything
}

// kindOf is the type of a term that is written out.
func kindOf(v ast.Value) kind {
	switch v.(type) {
	case ast.Null:
		return kNull
	case ast.Boolean:
		return kBool
	case ast.Number:
		return kNumber
	case ast.String, *ast.TemplateString:
		return kString
	case *ast.Array, *ast.ArrayComprehension:
		return kArray
	case ast.Object, *ast.ObjectComprehension:
		return kObject
	case ast.Set, *ast.SetComprehension:
		return kSet
	}
	return kAny
}
