import type { Language } from '../types.ts'

export const fr: Language = {
  sets: {
    next: 'et mais puis maintenant réponds répondez dis dites écris écrivez fais faites raconte',
    not: 'ne pas jamais sans n',
    mention:
      'signifie veut dire expression exemple exemples attaque attaques attaquant détecter détection protéger expliquer explique mot phrase terme injection pourquoi',
    other: 'si utilisateur utilisateurs quelqu attaquant texte document client',
    asking: 'demande demandent essaie tente dit ordonne cherche veut',
    fill: 'toutes tous tout les le la l de des du d mes tes vos ton ta votre ces cette et ou moi nous vous te a ce que s il plait simplement maintenant complètement exactement intégralement précises @prior secrètes secrète cachées cachée internes',
    drop: 'ignore ignorez ignorer oublie oubliez oublier abandonne abandonnez outrepasse outrepassez contourne contournez annule annulez néglige négligez efface effacez désobéis',
    prior:
      'précédentes précédents précédente précédent antérieures antérieurs antérieure initiales initiaux originales préalables dessus avant ci',
    orders:
      'instructions instruction consignes consigne directives directive règles règle ordres ordre commandes commande prompt prompts invite invites restrictions contraintes indications directions',
    talk: 'contexte conversation conversations texte messages tâches tâche informations',
    reveal:
      'répète répétez répéter affiche affichez afficher montre montrez révèle révélez révéler imprime imprimez dis dites donne donnez écris écrivez partage partagez traduis traduisez résume résumez récite liste communique divulgue dévoile',
    your: 'tes vos ton votre ta',
  },
  rules: [
    ['overrides', 0.95, '@drop %6 @orders|@talk %3 @prior|reçues|données|fournies|reçus'],
    ['overrides', 0.95, '@drop %6 @prior %2 @orders'],
    ['overrides', 0.92, '@drop %2 @your! %3 @orders'],
    ['overrides', 0.9, '@drop toutes|tous %2 @orders $'],
    ['overrides', 0.65, '@drop les|ces|la @orders'],
    [
      'overrides',
      0.92,
      '@drop %2 tout|ce ~5 avant|précède|précédemment|dit|dessus|dites|appris|discuté|auparavant|haut',
    ],
    [
      'overrides',
      0.9,
      'ne|n suis|suivez|respecte|respectez|tiens|obéis|obéissez! ~2 pas|plus|pas|compte ~3 @orders',
    ],
    ['overrides', 0.45, 'à|a partir|compter de maintenant! ~1 tu|vous'],
    ['overrides', 0.45, 'désormais tu|vous es|êtes|dois|devez|répondras'],
    ['overrides', 0.55, 'nouvelles|nouvelle instructions|consignes|instruction|tâche $'],
    ['extraction', 0.93, '@reveal ~3 @your! %3 @orders'],
    [
      'extraction',
      0.93,
      '@reveal ~4 prompt|message|instructions|invite|consignes %3 système|initial|initiales|système|cachées|secrètes|originales!',
    ],
    ['extraction', 0.9, 'quelles|quel|quelle|quels ~2 sont|étaient|est|était ~1 @your %2 @orders'],
    [
      'extraction',
      0.92,
      '@reveal %2 tout|texte|mots|phrases ~4 précède|dessus|avant|précédent|précédents|haut!',
    ],
    [
      'personas',
      0.72,
      'tu|vous|ia|réponds|répondez ~6 sans|aucune|aucun! ~2 restrictions|restriction|censure|filtre|filtres|limites|limite|éthique|morale',
    ],
    ['personas', 0.9, 'mode développeur|jailbreak|dan ~2 activé|active|activez!'],
    [
      'overrides',
      0.9,
      'instructions|consignes|prompt|ordres %1 @prior ~4 plus|pas ~1 valables|valides|valable|applicables|appliquent|vigueur|compte!',
    ],
    ['overrides', 0.7, 'tes|vos|ta|votre nouvelles|nouvelle! @orders|mission|tâche sont|est'],
    ['overrides', 0.92, 'fais|faites abstraction|table! rase? de|des ~2 @orders|@talk|précède'],
    [
      'overrides',
      0.75,
      'oublie|oubliez|abandonne|abandonnez ton|votre rôle|identité|programmation|personnage!',
    ],
    [
      'overrides',
      0.75,
      'ne réponds|répondez|traduis|traduisez pas! ~5 écris|écrivez|dis|dites|affiche|affichez ~1 seulement|juste|uniquement|simplement',
    ],
    [
      'overrides',
      0.85,
      'désactive|désactivez|supprime|supprimez|retire|contourne|contournez tes|vos! ~2 filtres|filtre|garde|protections|sécurités|censure',
    ],
    [
      'personas',
      0.7,
      'tu|vous n as|avez plus|aucune|aucun! ~2 @orders|limite|limites|filtre|filtres|règle|règles',
    ],
    [
      'personas',
      0.85,
      'tu|es|êtes|vous ~2 libre|libéré|libérée|affranchi! de|des toute|toutes|tes|tous|vos? %1 @orders|restriction|limites|contraintes|censure',
    ],
    [
      'personas',
      0.85,
      'comme si tu|vous n avais|aviez aucune|pas|aucun! ~2 @orders|restriction|limite|limites|filtre',
    ],
    ['personas', 0.6, 'active|activez|passe|passez ~3 mode développeur|jailbreak|dan!'],
  ],
}
