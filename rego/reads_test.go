package main

import (
	"slices"
	"testing"
)

func TestReads(t *testing.T) {
	for body, want := range map[string][]string{
		`allow if input.a.b == 1`:                                  {"a"},
		`allow if input["a"].b == input.c[input.d]`:                {"a", "c", "d"},
		`allow if { some x in input.list; x.y == input.z[_] }`:     {"list", "z"},
		`allow if { x := input.a; count([y | y := input.b]) > 0 }`: {"a", "b"},
		`allow if f(input.a)
f(x) if x == input.b`: {"a", "b"},
		`allow if 1 == 1`:                          {},
		`allow if input == {}`:                     nil,
		`allow if { x := input; x.a == 1 }`:        nil,
		`allow if { some k; input[k] == 1 }`:       nil,
		`allow if { k := "a"; input[k] == 1 }`:     nil,
		`allow if object.get(input, "a", 1) == 1`:  nil,
		`allow if { some x in [input]; x.a == 1 }`: nil,
		`allow if count([1 | input[_] == 1]) > 0`:  nil,
		`allow if f(1)
f(x) if input == x`: nil,
		`allow if b with input as {"x": 1}
b if input.a == 1`: nil,
	} {
		modules, problems := parse([]Module{{"p.rego", "package p\n\n" + body + "\n"}})
		if len(problems) > 0 {
			t.Fatal(body, problems)
		}
		c := newCompiler(false, nil)
		if c.Compile(modules); c.Failed() {
			t.Fatal(body, c.Errors)
		}
		got := reads(c)
		if (got == nil) != (want == nil) || !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}
