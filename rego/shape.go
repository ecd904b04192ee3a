package main

import (
	"encoding/json"
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

var jsonKinds = map[string]kind{
	"null": kNull, "boolean": kBool, "integer": kNumber, "number": kNumber, "string": kString, "array": kArray, "object": kObject,
}

// schemaDepth bounds how deep a schema is followed, so that one that refers to itself ends.
const schemaDepth = 24

// readSchema reads a JSON schema; nil when there is none.
func readSchema(raw []byte) *shape {
	var root any
	if len(raw) == 0 || json.Unmarshal(raw, &root) != nil {
		return nil
	}
	return fromSchema(root, root, schemaDepth)
}

func fromSchema(root, node any, depth int) *shape {
	m, ok := node.(map[string]any)
	if !ok || depth == 0 {
		return anything
	}
	if ref, ok := m["$ref"].(string); ok {
		return fromSchema(root, follow(root, ref), depth-1)
	}
	for _, word := range []string{"anyOf", "oneOf"} {
		if list, ok := m[word].([]any); ok {
			var all *shape
			for _, one := range list {
				all = either(all, fromSchema(root, one, depth-1))
			}
			if all != nil {
				return all
			}
		}
	}
	s := &shape{kinds: schemaKinds(m)}
	if props, ok := m["properties"].(map[string]any); ok {
		if m["type"] == nil {
			s.kinds = kObject
		}
		required := map[string]bool{}
		list, _ := m["required"].([]any)
		for _, name := range list {
			if name, ok := name.(string); ok {
				required[name] = true
			}
		}
		s.props = map[string]prop{}
		for name, p := range props {
			s.props[name] = prop{fromSchema(root, p, depth-1), required[name]}
		}
		more, said := m["additionalProperties"]
		s.closed = s.kinds == kObject && (!said || more == false)
	}
	for _, word := range []string{"items", "additionalProperties"} {
		if inner, ok := m[word].(map[string]any); ok {
			s.rest = either(s.rest, fromSchema(root, inner, depth-1))
		}
	}
	tuple, ok := m["prefixItems"].([]any)
	if !ok {
		tuple, _ = m["items"].([]any)
	}
	// A tuple's elements are only sure to be there when the schema says how many there are at least.
	if least, _ := m["minItems"].(float64); int(least) >= len(tuple) {
		for _, one := range tuple {
			s.tuple = append(s.tuple, fromSchema(root, one, depth-1))
		}
	}
	return s
}

func schemaKinds(m map[string]any) kind {
	var kinds kind
	switch t := m["type"].(type) {
	case string:
		kinds = jsonKinds[t]
	case []any:
		for _, one := range t {
			if name, ok := one.(string); ok {
				kinds |= jsonKinds[name]
			}
		}
	}
	values, _ := m["enum"].([]any)
	if c, ok := m["const"]; ok {
		values = []any{c}
	}
	if kinds == 0 {
		for _, v := range values {
			kinds |= kindOf(ast.MustInterfaceToValue(v))
		}
	}
	if kinds == 0 {
		return kAny
	}
	return kinds
}

func follow(root any, ref string) any {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	for step := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		m, ok := root.(map[string]any)
		if !ok {
			return nil
		}
		if step != "" {
			root = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
		}
	}
	return root
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
