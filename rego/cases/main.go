// Writes OPA's cases of conformance as JSON, one a line. They come with the OPA module itself, in Go's module cache.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/open-policy-agent/opa/v1/test/cases"
)

type line struct {
	File string `json:"file"`
	cases.TestCase
}

func main() {
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string) error {
	set, err := cases.Load(folder)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for _, each := range set.Cases {
		file, err := filepath.Rel(folder, each.Filename)
		if err != nil {
			return err
		}
		if err := encoder.Encode(line{file, each}); err != nil {
			return err
		}
	}
	return out.Flush()
}
