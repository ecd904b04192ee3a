package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/util"
)

// Source is all the Rego of one policy.
type Source struct {
	Modules []Module `json:"modules"`
	// One JSON object.
	Data   string `json:"data,omitempty"`
	Schema string `json:"schema,omitempty"`
	Asks   []Ask  `json:"asks,omitempty"`
}

type program struct {
	compiler *ast.Compiler
	store    storage.Store
	asks     []question
	// What was asked by path, prepared: at most `paths` of them.
	byPath map[string]question
}

type question struct {
	query rego.PreparedEvalQuery
	rules bool
}

const (
	paths         = 64
	largestAnswer = 1 << 20
)

// compiled is what is known of a program once it is compiled; `problems` says why there is none.
type compiled struct {
	Problems []Problem  `json:"problems,omitempty"`
	Warnings []Problem  `json:"warnings"`
	Defines  [][]string `json:"defines"`
	// Which fields of the input it speaks of; null where that may be any.
	Reads []string `json:"reads"`
}

func open(source Source) (*program, compiled) {
	fail := func(problems ...Problem) (*program, compiled) { return nil, compiled{Problems: told(problems, source)} }
	store, err := openStore(source.Data)
	if err != nil {
		return fail(problemsOf(err)...)
	}
	schemas, err := schemaSet(source.Schema)
	if err != nil {
		return fail(problemsOf(err)...)
	}
	modules, problems := parse(source.Modules)
	if len(problems) > 0 {
		return fail(problems...)
	}
	c := newCompiler(true, schemas)
	if problems := compile(c, modules, store); len(problems) > 0 {
		return fail(problems...)
	}
	problems, meant := findTraps(c, modules, []byte(source.Schema))
	if len(problems) > 0 {
		return fail(problems...)
	}

	p := &program{compiler: c, store: store, byPath: map[string]question{}}
	result := compiled{Warnings: append([]Problem{}, meant...), Defines: [][]string{}, Reads: reads(c)}
	var refs []ast.Ref
	for _, ask := range source.Asks {
		read, err := readAsk(ask, c, p.has)
		if err != nil {
			return fail(problem("ask", err.Error(), nil))
		}
		question, err := p.prepare(read.body, read.rules)
		if err != nil {
			return fail(problemsOf(err)...)
		}
		p.asks = append(p.asks, question)
		refs = append(refs, read.refs...)
		result.Defines = append(result.Defines, read.defines)
	}
	result.Warnings = append(result.Warnings, unasked(c, refs)...)
	return p, result
}

// has says whether the data hold something at a reference.
func (p *program) has(ref ast.Ref) bool {
	path, err := storage.NewPathForRef(ref)
	if err != nil {
		return false
	}
	_, err = storage.ReadOne(context.Background(), p.store, path)
	return err == nil
}

func (p *program) prepare(body ast.Body, rules bool) (question, error) {
	query, err := rego.New(
		rego.ParsedQuery(body),
		rego.Compiler(p.compiler),
		rego.Store(p.store),
		rego.UnsafeBuiltins(forbidden),
		rego.StrictBuiltinErrors(true),
		rego.SetRegoVersion(ast.RegoV1),
	).PrepareForEval(context.Background())
	return question{query, rules}, err
}

// answer is what a question leads to: one of its fields, as JSON.
type answer struct {
	Rules     map[string]any `json:"rules,omitempty"`
	Value     *any           `json:"value,omitempty"`
	Undefined bool           `json:"undefined,omitempty"`
	Error     string         `json:"error,omitempty"`
}

func failed(why string) answer { return answer{Error: why} }

// at answers the question at a path of `data`.
func (p *program) at(path []string, input []byte, limit time.Duration) answer {
	ref := pathRef(path)
	key := ref.String()
	question, known := p.byPath[key]
	if !known {
		prepared, err := p.prepare(bodyOf(ast.NewTerm(ref)), false)
		if err != nil {
			return failed("it cannot be asked")
		}
		if len(p.byPath) >= paths {
			clear(p.byPath)
		}
		question = prepared
		p.byPath[key] = question
	}
	return question.ask(input, limit)
}

func (q question) ask(input []byte, limit time.Duration) answer {
	value, why := readInput(input)
	if why != "" {
		return failed(why)
	}
	results, err := q.query.Eval(context.Background(),
		rego.EvalParsedInput(value),
		rego.EvalExternalCancel(newDeadline(limit)))
	if err != nil {
		return failed(whyFailed(err))
	}
	if len(results) == 0 || len(results[0].Expressions) == 0 {
		return answer{Undefined: true}
	}
	result := results[0].Expressions[0].Value
	if !q.rules {
		return answer{Value: &result}
	}
	rules := map[string]any{}
	for name, values := range result.(map[string]any) {
		if list := values.([]any); len(list) > 0 {
			rules[name] = list[0]
		}
	}
	if len(rules) == 0 {
		return answer{Undefined: true}
	}
	return answer{Rules: rules}
}

// readInput reads one JSON text and nothing after it; numbers keep their digits.
func readInput(text []byte) (value ast.Value, why string) {
	if tooDeep(text, true) > 0 {
		return nil, "the input nests too deep"
	}
	var raw any
	if util.UnmarshalJSON(text, &raw) != nil {
		return nil, "the input is not one JSON text"
	}
	value, err := ast.InterfaceToValue(raw)
	if err != nil {
		return nil, "the input is not one JSON text"
	}
	return value, ""
}

// whyFailed says what went wrong and where, in words that hold nothing of the input: OPA's own may quote it.
func whyFailed(err error) string {
	known, ok := err.(*topdown.Error)
	if !ok {
		return "it cannot be evaluated"
	}
	if known.Code == topdown.CancelErr {
		return "it took too long"
	}
	what := map[string]string{
		topdown.ConflictErr:  "it gives several values where one may be",
		topdown.TypeErr:      "a value is of the wrong type",
		topdown.BuiltinErr:   "a builtin failed",
		topdown.WithMergeErr: "a `with` does not fit",
	}[known.Code]
	if what == "" {
		what = "it cannot be evaluated"
	}
	if name, _, found := strings.Cut(known.Message, ": "); found && ast.BuiltinMap[name] != nil {
		what = name + ": " + what
	}
	if at := known.Location; at != nil && at.File != "" {
		what += fmt.Sprintf(" (%s:%d:%d)", at.File, at.Row, at.Col)
	}
	return what
}

// deadline ends an evaluation. Nothing pre-empts Go in WebAssembly, so no timer fires while one runs: it looks at the clock
// whenever OPA asks whether to go on, though not each time, because looking costs.
type deadline struct {
	at    time.Time
	asked int
	over  bool
}

func newDeadline(limit time.Duration) *deadline { return &deadline{at: time.Now().Add(limit)} }

func (d *deadline) Cancel() { d.over = true }

func (d *deadline) Cancelled() bool {
	d.asked++
	if !d.over && d.asked%64 == 0 {
		d.over = time.Now().After(d.at)
	}
	return d.over
}
