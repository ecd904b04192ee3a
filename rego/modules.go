package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/util"
)

// Module is a text of Rego and the file that it came from.
type Module struct {
	File   string `json:"file"`
	Source string `json:"source"`
}

// What reaches beyond the program: the network and the environment. Nothing that this program does may call them.
var forbidden = map[string]struct{}{"http.send": {}, "net.lookup_ip_addr": {}, "opa.runtime": {}}

// The most nested brackets of a module or an input. What is deeper would only test how large the stack is.
const deepest = 500

func parse(sources []Module) (map[string]*ast.Module, []Problem) {
	modules := make(map[string]*ast.Module, len(sources))
	var problems []Problem
	for _, source := range sources {
		if row := tooDeep(source.Source, false); row > 0 {
			at := &ast.Location{File: source.File, Row: row, Col: 1}
			problems = append(problems, problem(ast.ParseErr, fmt.Sprintf("nests more than %d deep", deepest), at))
			continue
		}
		options := ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: capabilities}
		module, err := ast.ParseModuleWithOpts(source.File, source.Source, options)
		if err != nil {
			found := problemsOf(err)
			for i := range found {
				// An empty module is nowhere.
				if found[i].Row == 0 {
					found[i].File, found[i].Row, found[i].Col = source.File, 1, 1
				}
			}
			problems = append(problems, found...)
			continue
		}
		modules[source.File] = module
	}
	return modules, problems
}

// tooDeep says in which row brackets nest too deep, and 0 where they do not. Those in strings count where strings are Rego's:
// who writes 500 more of them open than closed means no harm, and can write it otherwise. In JSON they do not count.
func tooDeep[T string | []byte](text T, json bool) int {
	depth, row, quoted := 0, 1, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			row++
		case json && c == '"':
			quoted = !quoted
		case quoted:
			if c == '\\' {
				i++
			}
		case c == '(' || c == '[' || c == '{':
			if depth++; depth > deepest {
				return row
			}
		case c == ')' || c == ']' || c == '}':
			depth--
		}
	}
	return 0
}

var capabilities = func() *ast.Capabilities {
	all := ast.CapabilitiesForThisVersion()
	// No schema is fetched.
	all.AllowNet = []string{}
	return all
}()

func newCompiler(strict bool, schemas *ast.SchemaSet) *ast.Compiler {
	return ast.NewCompiler().
		SetErrorLimit(50).
		WithCapabilities(capabilities).
		WithDefaultRegoVersion(ast.RegoV1).
		WithStrict(strict).
		WithUnsafeBuiltins(forbidden).
		WithSchemas(schemas).
		WithUseTypeCheckAnnotations(true)
}

// schemaSet makes of a JSON schema what `opa check --schema FILE` makes of it: the schema of every module's input.
func schemaSet(text string) (*ast.SchemaSet, error) {
	if text == "" {
		return nil, nil
	}
	var schema any
	if err := util.UnmarshalJSON([]byte(text), &schema); err != nil {
		return nil, fmt.Errorf("the schema of the input is no JSON: %w", err)
	}
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, schema)
	return set, nil
}

func openStore(data string) (storage.Store, error) {
	base := map[string]any{}
	if data != "" {
		if err := util.UnmarshalJSON([]byte(data), &base); err != nil || base == nil {
			return nil, errors.New("the data are not one JSON object")
		}
	}
	return inmem.NewFromObjectWithOpts(base, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true)), nil
}

// compile checks modules together, and that no rule stands where the data have something.
func compile(c *ast.Compiler, modules map[string]*ast.Module, store storage.Store) []Problem {
	ctx := context.Background()
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return problemsOf(err)
	}
	defer store.Abort(ctx, txn)
	c.WithPathConflictsCheck(storage.NonEmpty(ctx, store, txn))
	if c.Compile(modules); c.Failed() {
		return problemsOf(c.Errors)
	}
	return nil
}

// told says problems in the gate's words, and offers the corrected module with the first of each.
func told(problems []Problem, source Source) []Problem {
	schema := []byte(source.Schema)
	texts := map[string]string{}
	for _, module := range source.Modules {
		// A parser that was kept from a text is kept from it again.
		if tooDeep(module.Source, false) == 0 {
			texts[module.File] = module.Source
		}
	}
	for i, p := range problems {
		problems[i] = explain(p, schema)
		if text, ok := texts[p.File]; ok {
			problems[i] = offer(problems[i], text, schema)
			delete(texts, p.File)
		}
	}
	return problems
}

func marshal(value any) []byte {
	out, err := json.Marshal(value)
	if err != nil {
		out, _ = json.Marshal(map[string]any{"problems": problemsOf(err)})
	}
	return out
}
