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
		if row := tooDeep(source.Source); row > 0 {
			at := &ast.Location{File: source.File, Row: row, Col: 1}
			problems = append(problems, problem(ast.ParseErr, fmt.Sprintf("nests more than %d deep", deepest), at))
			continue
		}
		options := ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1}
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

// tooDeep says in which row brackets nest too deep, and 0 where they do not. Brackets in strings and comments count too:
// who writes 500 more of them open than closed means no harm, and can write it otherwise.
func tooDeep[T string | []byte](text T) int {
	depth, row := 0, 1
	for i := range len(text) {
		switch text[i] {
		case '\n':
			row++
		case '(', '[', '{':
			if depth++; depth > deepest {
				return row
			}
		case ')', ']', '}':
			depth--
		}
	}
	return 0
}

func newCompiler(strict bool, schemas *ast.SchemaSet) *ast.Compiler {
	capabilities := ast.CapabilitiesForThisVersion()
	// No schema is fetched.
	capabilities.AllowNet = []string{}
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

func marshal(value any) []byte {
	out, err := json.Marshal(value)
	if err != nil {
		out, _ = json.Marshal(map[string]any{"problems": problemsOf(err)})
	}
	return out
}
