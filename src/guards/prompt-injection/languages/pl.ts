import type { Language } from '../types.ts'

export const pl: Language = {
  sets: {
    next: 'i oraz a teraz powiedz napisz odpowiedz zamiast',
    not: 'nie nigdy bez',
    mention:
      'znaczy oznacza zdanie przykład przykłady atak ataki atakujący wykrywać wykryć chronić wyjaśnij słowo termin dlaczego jak fraza',
    other: 'jeśli jeżeli gdy użytkownik użytkownicy ktoś atakujący tekst dokument klient',
    asking: 'prosi proszą próbuje próbują mówi każe poprosi chce',
    fill: 'wszystkie wszystkich wszystko wszystkim o te tych moje swoje swoich twoje twoich i lub proszę mi nam teraz po prostu całkowicie dokładnie cały całą pełne pełny jakiekolwiek @prior tajne tajnych ukryte ukrytych wewnętrzne',
    drop: 'zignoruj zignorujcie ignoruj ignorujcie zapomnij zapomnijcie pomiń porzuć odrzuć zlekceważ unieważnij obejdź',
    prior:
      'poprzednie poprzednich poprzednią poprzednia wcześniejsze wcześniejszych powyższe powyższych powyższych dotychczasowe dotychczasowych pierwotne pierwotnych poprzedzające początkowe',
    orders:
      'instrukcje instrukcji instrukcjach instrukcję polecenia poleceń poleceniach zasady zasad zasadach wytyczne wytycznych reguły reguł regułach rozkazy prompt* komendy wskazówki wskazówek dyrektywy ograniczenia ograniczeń',
    talk: 'kontekst rozmowy rozmowę tekst wiadomości zadania zadaniach informacje',
    reveal:
      'pokaż wyświetl powtórz ujawnij wypisz podaj napisz zdradź wydrukuj przetłumacz powiedz udostępnij wymień zacytuj streść',
    your: 'swój swoje swoich swojego twój twoje twoich twojego',
  },
  rules: [
    ['overrides', 0.95, '@drop %6 @prior %3 @orders|@talk'],
    ['overrides', 0.95, '@drop %6 @orders ~2 @prior|powyżej|wcześniej|dotychczas|otrzymałeś|dostałeś|podane'],
    ['overrides', 0.92, '@drop %2 @your! %3 @orders'],
    ['overrides', 0.9, '@drop %1 wszystkie|wszystkich! %2 @orders $'],
    [
      'overrides',
      0.92,
      '@drop o? wszystko|wszystkim|co ~5 wcześniej|powyżej|dotąd|powiedziałem|przedtem|dotychczas|było|wiesz!',
    ],
    ['overrides', 0.9, 'nie przestrzegaj|słuchaj|wykonuj|stosuj! ~3 @orders'],
    ['overrides', 0.45, 'od teraz! ~1 jesteś|będziesz|musisz|odpowiadaj|działaj'],
    ['overrides', 0.55, 'nowe|nowa instrukcje|instrukcja|polecenia|zadanie $'],
    ['extraction', 0.93, '@reveal ~3 @your! %3 @orders'],
    [
      'extraction',
      0.93,
      '@reveal ~3 systemowy|systemowe|systemowego|początkowe|ukryte|systemową! %2 @orders|wiadomość',
    ],
    ['extraction', 0.93, '@reveal ~3 @orders systemowy|systemowe|systemowego|systemu|początkowe!'],
    ['extraction', 0.9, 'jakie|jaki|jaka ~1 są|były|jest|był ~1 @your %2 @orders'],
    ['extraction', 0.9, '@reveal %2 wszystko|tekst|słowa! ~3 powyżej|wcześniej|przed|powyższy'],
    [
      'personas',
      0.72,
      'ty|jesteś|ai|odpowiadaj ~6 bez|żadnych ~2 ograniczeń|cenzury|filtrów|zasad|limitów|etyki!',
    ],
    [
      'personas',
      0.9,
      'tryb|trybu|trybie deweloperski|programisty|deweloperskim|dan ~2 włączony|aktywny|włącz|aktywuj',
    ],
    ['overrides', 0.9, '@prior %1 instrukcje|polecenia|prompt|wytyczne ~1 nie obowiązują|mają|są!'],
    [
      'overrides',
      0.85,
      '@prior %1 instrukcje|polecenia|prompt|wytyczne ~2 nieważne|nieaktualne|anulowane|unieważnione!',
    ],
    ['overrides', 0.7, 'twoje|twoim|twoja nowe|nowym|nowa! instrukcje|zadanie|zadaniem|polecenia'],
    ['overrides', 0.75, 'nie odpowiadaj|tłumacz! ~4 napisz|wypisz|powiedz|odpowiedz ~1 tylko|jedynie'],
    ['overrides', 0.85, 'wyłącz|usuń|obejdź|pomiń swoje|twoje! ~1 filtry|zabezpieczenia|ograniczenia'],
    ['extraction', 0.7, 'powtórz|wypisz|wyświetl powyższy|poprzedni! tekst|prompt'],
    ['personas', 0.7, 'nie masz żadnych|żadnego! ~1 zasad|ograniczeń|reguł|limitów|filtrów'],
    ['personas', 0.85, 'jesteś ~2 wolny|wolna|wolne|uwolniony od! ~1 ograniczeń|zasad|cenzury|reguł'],
    [
      'personas',
      0.8,
      'udawaj|zachowuj|działaj|odpowiadaj ~3 nie masz|miał|miałbyś ~1 ograniczeń|zasad|filtrów|cenzury!',
    ],
    ['personas', 0.6, 'włącz|aktywuj|uruchom ~1 tryb deweloperski|programisty|dewelopera|dan!'],
  ],
}
