// Rego for Sallyport: OPA's own parser, compiler, evaluator, test runner and formatter, without network, files or environment,
// built for WebAssembly and driven by src/adapters/rego.
package main

import (
	"encoding/json"
	"fmt"
	"time"
)

// request is any call but a decision.
type request struct {
	Op string `json:"op"`
	// Of `open`, `at` and `drop`: the caller's own number of a program.
	Program uint32 `json:"program"`
	Source
	Strict   bool     `json:"strict"`
	Coverage bool     `json:"coverage"`
	Path     []string `json:"path"`
	Input    string   `json:"input"`
	// Milliseconds.
	Deadline uint32 `json:"deadline"`
	Case     `json:"case"`
}

var programs = map[uint32]*program{}

// call answers with JSON.
func call(text []byte) (out []byte) {
	defer func() {
		if cause := recover(); cause != nil {
			out = marshal(compiled{Problems: []Problem{problem("panic", fmt.Sprintf("the compiler failed: %v", cause), nil)}})
		}
	}()
	var r request
	if err := json.Unmarshal(text, &r); err != nil {
		return marshal(compiled{Problems: problemsOf(err)})
	}
	switch r.Op {
	case "open":
		opened, result := open(r.Source)
		if opened != nil {
			programs[r.Program] = opened
		}
		return marshal(result)
	case "at":
		return guarded(r.Program, func(p *program) answer {
			return p.at(r.Path, []byte(r.Input), time.Duration(r.Deadline)*time.Millisecond)
		})
	case "drop":
		delete(programs, r.Program)
		return []byte(`{}`)
	case "format":
		return marshal(formatAll(r.Modules))
	case "check":
		return marshal(check(r.Source, r.Strict))
	case "test":
		return marshal(runTests(r.Source, r.Coverage))
	case "case":
		return marshal(runCase(r.Source, r.Case))
	}
	return marshal(compiled{Problems: []Problem{problem("op", "there is no "+r.Op, nil)}})
}

// decide answers an ask of a program, by its place among the asks.
func decide(number, ask uint32, input []byte, deadline uint32) []byte {
	return guarded(number, func(p *program) answer {
		if int(ask) >= len(p.asks) {
			return failed("there is no such ask")
		}
		return p.asks[ask].ask(input, time.Duration(deadline)*time.Millisecond)
	})
}

func guarded(number uint32, run func(*program) answer) (out []byte) {
	defer func() {
		if recover() != nil {
			out = marshal(failed("the evaluator failed"))
		}
	}()
	p := programs[number]
	if p == nil {
		return marshal(failed("there is no such program"))
	}
	if out = marshal(run(p)); len(out) > largestAnswer {
		return marshal(failed("the answer is too large"))
	}
	return out
}

// A reactor: nothing happens until it is called.
func main() {}
