/**
 * The best format that an `Accept` header names: `avif`, `webp` or `none`. Wildcards prove nothing: clients that know
 * neither format send them too.
 * @param header of the event: the first header in `value`, all of them in `multiValue`.
 */
export function accepted(header) {
  if (!header) return 'none'
  var text = [header.value]
    .concat(
      (header.multiValue || []).map(function (one) {
        return one.value
      }),
    )
    .join(',')
  var named = text.toLowerCase().split(',').filter(isWanted).map(typeOf)
  return named.indexOf('image/avif') >= 0 ? 'avif' : named.indexOf('image/webp') >= 0 ? 'webp' : 'none'
}

function typeOf(entry) {
  return entry.split(';')[0].trim()
}

/** Whether the entry's weight is above 0, as it is without one. */
function isWanted(entry) {
  return entry.split(';').every(function (parameter, index) {
    var parts = parameter.split('=')
    return index === 0 || parts[0].trim() !== 'q' || Number(parts[1] || 0) > 0
  })
}
