"""Portuguese."""

PHRASES = {
    "stop": (
        r"(remov(a|am|er)|retir(e|em|ar)|exclu(a|am|ir)|apag(ue|uem|ar)|tir(e|em|ar))(-me"
        r"|-nos)? ?(me |nos |o meu |meu |meus |minha |os meus |da (sua|vossa) lista"
        r"|desta lista|da lista)",
        r"(remova-me|remover-me|retire-me|retirem-me|removam-me|exclua-me|me remova"
        r"|me retire|me exclua|me tire|me descadastre)",
        r"(descadastr\w+|desinscrev\w+|cancelar (a |minha |a minha )?(inscricao|subscricao"
        r"|assinatura))",
        r"nao (me |nos )?(contat(e|em)|contact(e|em)|escrev(a|am)|envi(e|em)|mand(e"
        r"|em))(-me|-nos)?( mais)",
        r"(pare|parem|deixe|deixem) de (me |nos )?(enviar|mandar|contactar|contatar"
        r"|escrever|incomodar)\w*",
        r"nao (quero|desejo|queremos) (mais )?receber",
        r"(mais nenhum|nao envie mais|sem mais) (e-?mails?|mensage\w+)",
    ),
    "stop_alone": (r"remover|sair|cancelar|descadastrar|pare|parem|retirar",),
    "stop_short": (r"descadastr\w+|desinscrev\w+",),
    "courtesy": (r"por favor|obrigad[oa]|agora|ja|me|nos",),
    "out_of_office": (
        r"(estou|estarei|encontro-me) (de|em|fora|ausente|sem)( (ferias|licenca|viagem"
        r"|do escritorio))?",
        r"ausen(te|cia)",
        r"fora do escritorio",
        r"(meu|no meu|ao meu) (regresso|retorno)",
        r"de ferias",
        r"ferias coletivas",
    ),
    "left": (
        r"(ja )?nao trabalh(o|a) (mais|aqui|na|nesta)",
        r"(saiu|sai|deixou) (d)?(a|esta) (empresa|companhia)",
    ),
    "wrong_person": (
        r"nao sou (a|o) (pessoa|contat?c?to|responsavel)( \w+)?",
        r"(pessoa|endereco|contato|departamento) (errad\w+|incorret\w+)",
        r"nao (e|faz parte) (da )?(minha|a minha) (area|responsabilidade|funcao)",
        r"(fale|contat?c?te|entre em contat?c?to) com (o |a )?(meu|minha|nosso) (colega"
        r"|departamento|equipe)",
    ),
    "not_interested": (
        r"(nao|sem) (estou |estamos |tenho |temos |ha |me |nos )?(interess(e|ad\w+|a))",
        r"nao,? obrigad\w+",
        r"nao (preciso|precisamos|necessitamos|temos necessidade)",
        r"nao (e|faz sentido|se aplica|se encaixa)( \w+){0,3} (para nos|para mim|connosco"
        r"|conosco)",
    ),
    "interested_later": (
        r"(contat?c?t\w+|fal\w+|retom\w+|volt\w+ a (falar|contat?c?tar)|escrev\w+"
        r"|procur\w+)(-me| me| comigo| connosco| conosco| novamente| de novo)* (em|daqui a"
        r"|mais tarde|no proximo|depois|a partir|para)",
        r"(mais tarde|mais para a frente|no proximo (ano|mes|trimestre)|ano que vem"
        r"|mes que vem)",
        r"(agora|de momento|por enquanto|neste momento) nao,? (mas|talvez)",
        r"talvez (mais|no|em|daqui)",
        r"daqui a (algumas|alguns|duas|dois|tres|seis|\d+) (semanas|meses)",
        r"nao e (o|um) (bom |melhor )?momento",
    ),
    "objection": (
        r"(muito|demasiado|tao) (caro|cara|elevado)",
        r"(nao (temos|tenho|ha)|sem) (orcamento|verba|budget)",
        r"orcamento (congelado|limitado|esgotado|cortado)",
        r"ja (temos|tenho|usamos|utilizamos|trabalhamos|contamos)( \w+){0,3}",
        r"(satisfeit\w+|content\w+) com",
        r"(contrato (vigente|com|ate)|sob contrato)",
        r"internamente",
    ),
    "information_request": (
        r"mais (informacoes|informacao|info|detalhes)",
        r"(enviar|envie|mandar|mande|partilhar|compartilhar"
        r"|encaminhar)(-me)?( \w+){0,3} (informacoes|informacao|precos?|tabela|orcamento"
        r"|catalogo|proposta|detalhes|apresentacao)",
        r"(quanto custa|qual (e )?o (preco|valor|custo)|quais os (precos|valores))",
        r"(como|qual|quais|quanto|que|podem|pode|tem|oferecem|voces) [^.!?\n]{3,140}\?",
        r"(tabela de precos|cotacao)",
    ),
    "interested": (
        r"(estou|estamos|estaria|muito|tenho|temos) (muito |bastante )?(interessad\w+"
        r"|interesse)",
        r"(me|nos) interessa(ria)?|interessa-(me|nos)",
        r"(parece|soa|e) (muito |bastante )?(interessante|bem|bom|otimo|promissor"
        r"|perfeito)( \w+)?",
        r"(agend\w+|marc\w+|organiz\w+|combin\w+)( \w+){0,3} (chamada|reuniao|call|conversa"
        r"|demo|ligacao|horario|demonstracao)",
        r"(vamos (conversar|falar|marcar|agendar)|podemos (conversar|falar|marcar|agendar)"
        r"|gostaria de|me ligue|ligue-me)( \w+)?",
        r"(sim|claro),? (por favor|obrigad\w+|gostaria|com certeza|claro|pode|vamos|tenho)",
        r"(estou (disponivel|livre)|tenho disponibilidade)",
        r"quando (podemos|poderiamos|pode|voce|teria)",
    ),
}
