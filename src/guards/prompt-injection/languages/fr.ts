import type { Language } from '../types.ts'

export const fr: Language = {
  sets: {
    not: 'ne pas jamais sans n',
    mention:
      'signifie veut dire expression exemple exemples attaque attaques attaquant détecter détection protéger expliquer explique mot phrase terme injection pourquoi',
    other: 'si utilisateur utilisateurs quelqu attaquant texte document client',
    asking: 'demande demandent essaie tente dit ordonne cherche veut',
    fill: 'toutes tous tout les le la l de des du d mes tes vos ton ta votre ces cette et ou moi nous vous te a ce que s il plait simplement maintenant complètement exactement intégralement précises @prior',
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
  ],
}
