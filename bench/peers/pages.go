// A home page's JSON by net/http and encoding/json: a peer for `bench-pages`.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
)

type title struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Year    int      `json:"year"`
	Genres  []string `json:"genres"`
	URL     string   `json:"url"`
	Poster  string   `json:"poster"`
	Seconds int      `json:"duration"`
}

type rail struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Titles []title `json:"titles"`
}

func main() {
	var rails []rail
	for r := 0; r < 8; r++ {
		one := rail{ID: fmt.Sprint("rail-", r), Name: fmt.Sprint("Rail ", r)}
		for t := 0; t < 12; t++ {
			id := fmt.Sprintf("title-%d-%d", r, t)
			one.Titles = append(one.Titles, title{id, "The Title of " + id, "movie", 2000 + t, []string{"drama", "thriller"},
				"/en/t/" + id, "/i/" + id + "-320.webp", 5400})
		}
		rails = append(rails, one)
	}
	http.HandleFunc("/api/v1/en/home", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(map[string]any{"rails": rails}); err != nil {
			log.Print(err)
		}
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
