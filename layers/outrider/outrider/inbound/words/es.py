"""Spanish."""

PHRASES = {
    "stop": (
        r"(dar|darme|dadme|dadnos|darnos|denme|deme|dame|dad|den) de baja",
        r"(quiero|solicito|deseo|pido) (la |mi )?baja",
        r"(elimin(e|en|a|ad|ar)|borr(e|en|a|ar)|quit(e|en|a|ar)|saqu(e|en)|sacar)(me|nos"
        r"|lo)? (me |nos |mi |mis |de (su|la|vuestra|tu) (lista|base))",
        r"(eliminenme|eliminame|borrenme|borrame|quitenme|quitame|saquenme|sacame"
        r"|eliminarme|borrarme|quitarme)",
        r"no (me|nos) (vuelva|vuelvan|vuelvas|contacte|contacten|contactes|escriba|escriban"
        r"|escribas|envie|envien|envies|mande|manden)",
        r"no (quiero|deseo|queremos) (recibir|que me|mas)",
        r"(deje|dejen|deja|dejad) de (enviar|escribir|contactar|mandar|molestar)\w*",
        r"no mas (correos|mensajes|e-?mails?)",
        r"cancelar (mi )?suscripcion",
    ),
    "stop_alone": (r"baja|cancelar|basta|parad|paren|parar|eliminar|borrar",),
    "stop_short": (r"(darme|dar|dame|deme|denme|dadme|quiero|solicito|mi|la) (de )?baja",),
    "courtesy": (r"por favor|gracias|ya|ahora|me|mi|la",),
    "out_of_office": (
        r"fuera de (la |mi )?oficina",
        r"(estoy|estare|encuentro|encontrare) (de |ausente|fuera|en )?(vacaciones|ausente"
        r"|viaje|fuera|baja)",
        r"ausen(te|cia)",
        r"(mi|a mi) (regreso|vuelta|retorno|reincorporacion)",
        r"acceso limitado a",
    ),
    "left": (
        r"ya no (trabaj\w+|forma|formo|pertenec\w+)",
        r"(ha|he) dejado (la|esta) (empresa|compania)",
    ),
    "wrong_person": (
        r"no soy (la|el) (persona|contacto|responsable|indicad\w+|adecuad\w+)",
        r"(persona|contacto|direccion|departamento) (equivocad\w+|incorrect\w+)",
        r"no (es|son) (de )?mi (area|departamento|responsabilidad|competencia)",
        r"(contact\w+|dirijase|hable) (con|a) (mi|nuestro) (colega|companer\w+|departamento)",
    ),
    "not_interested": (
        r"no (estoy|estamos|me|nos) (interesad\w+|interesa)",
        r"no,? gracias",
        r"no (tengo|tenemos|hay) (interes|necesidad)",
        r"sin interes",
        r"no (lo |la )?(necesito|necesitamos|necesitamos)",
        r"no (es|encaja|se ajusta)( \w+){0,3} (para nosotros|lo que buscamos|con nosotros"
        r"|a nuestras necesidades)",
    ),
    "interested_later": (
        r"(contact\w+|escrib\w+|hablemos|volvamos|retom\w+|llam\w+)( a)?( de nuevo"
        r"| nuevamente| otra vez)? (en|dentro de|mas adelante|el proximo|despues|a partir"
        r"|para)",
        r"(mas adelante|mas tarde|el (proximo|ano que viene|mes que viene)( \w+)?"
        r"|la proxima primavera)",
        r"(ahora|por ahora|de momento|en este momento) no,? (pero|quizas?|tal vez)",
        r"(quizas?|tal vez) (mas adelante|el|en|dentro)",
        r"dentro de (unas|unos|dos|tres|seis|\d+) (semanas|meses)",
        r"no es (el|un) (buen )?momento",
    ),
    "objection": (
        r"(muy|demasiado|tan) (caro|cara|costoso|elevado)",
        r"(no (tenemos|tengo|hay|contamos con)|sin) (el )?(presupuesto)",
        r"presupuesto (congelado|limitado|agotado|recortado)",
        r"ya (tenemos|tengo|usamos|utilizamos|trabajamos|contamos|disponemos)( \w+){0,3}",
        r"(contentos|satisfechos|contento|satisfecho) con",
        r"(contrato (vigente|con|hasta)|bajo contrato)",
        r"internamente",
    ),
    "information_request": (
        r"mas (informacion|info|detalles|datos)",
        r"(enviar|enviarme|envieme|enviame|mandar|mandarme|mandame|pasar|pasarme|compartir"
        r"|facilitar)( \w+){0,3} (informacion|info|precios?|tarifas?|catalogo|presupuesto"
        r"|detalles|presentacion|propuesta)",
        r"(cuanto (cuesta|vale|costaria)|que (precio|coste)|cual es el (precio|coste|costo))",
        r"(como|cual|cuales|cuanto|que|pueden|puede|tienen|tiene|ofrecen) [^.!?\n]{3,140}\?",
        r"(tarifas|lista de precios)",
    ),
    "interested": (
        r"(estoy|estamos|estaria|estariamos|muy) (muy |bastante )?interesad\w+",
        r"(me|nos) interesa(ria)?( \w+)?",
        r"(suena|parece|se ve|es) (muy |bastante )?(bien|interesante|genial|prometedor"
        r"|perfecto)",
        r"(agend\w+|program\w+|organi\w+|concert\w+|fij\w+|tener|hacer)( \w+){0,3} (llamada"
        r"|reunion|cita|demo|videollamada|reunirnos)",
        r"(hablemos|conversemos|llameme|llamame|charlemos|hablamos|me gustaria)( \w+)?",
        r"(si|claro|por supuesto),? (por favor|gracias|me|nos|claro|encantad\w+|perfecto"
        r"|adelante)",
        r"(me viene bien|tengo disponibilidad|estoy disponible|estoy libre)",
        r"cuando (podemos|podriamos|tiene|tienes|le|te|pueden)",
    ),
}
