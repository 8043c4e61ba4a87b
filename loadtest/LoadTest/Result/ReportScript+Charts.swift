/// The page's script, in two parts: drawing, and what is drawn.
enum ReportScript {
    /// Line charts as SVG with axes, units, a legend and a tip, and a heat map on a canvas.
    static let charts = #"""

        'use strict';
        const el = (tag, attributes = {}, ...children) => {
          const svg = ['svg', 'path', 'line', 'text', 'g', 'rect', 'circle'].includes(tag);
          const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
          for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
          for (const child of children) node.append(child);
          return node;
        };
        const units = [[1e9, ' G'], [1e6, ' M'], [1e3, ' k']];
        // At most four digits that say something; bytes in powers of ten as well.
        const words = (value, unit = '') => {
          if (value === null || value === undefined || Number.isNaN(value)) return '–';
          const tail = unit ? ' ' + unit : '';
          const size = Math.abs(value);
          if (unit === 'ms' && size >= 1000) return words(value / 1000, 's');
          if (size >= 10000) {
            const [scale, prefix] = units.find(([scale]) => size >= scale);
            return Number((value / scale).toPrecision(3)) + prefix + unit;
          }
          if (Number.isInteger(value)) return value + tail;
          return Number(value.toPrecision(size >= 100 ? 4 : 3)) + tail;
        };
        const clock = seconds => {
          const whole = Math.round(seconds);
          if (whole < 120) return whole + ' s';
          const minutes = Math.floor(whole / 60);
          if (minutes < 120) return minutes + ' min' + (whole % 60 ? ' ' + whole % 60 + ' s' : '');
          return Math.floor(minutes / 60) + ' h' + (minutes % 60 ? ' ' + minutes % 60 + ' min' : '');
        };
        // A round one, of 1, 2 or 5, of which about so many fit between the two.
        const stepOf = (low, high, wanted) => {
          const raw = (high - low) / wanted || 1;
          const power = 10 ** Math.floor(Math.log10(raw));
          return [1, 2, 5, 10].map(n => n * power).find(n => n >= raw);
        };
        const ticks = (low, high, step) => {
          const found = [];
          for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) found.push(Number(at.toPrecision(12)));
          return found;
        };
        const timeTicks = end => {
          const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400];
          const step = steps.find(step => end / step <= 6) || 28800;
          const found = [];
          for (let at = 0; at <= end; at += step) found.push(at);
          return found;
        };
        const logTicks = (low, high) => {
          const found = [];
          for (let at = 10 ** Math.floor(Math.log10(low)); at <= high * 1.001; at *= 10) found.push(at);
          return found;
        };
        const empty = why => el('div', { class: 'empty' }, why);

        // series: [{name, points: [[seconds, value]]}]; options: {unit, log, end, marks: [[seconds, what]]}
        function lineChart(series, options) {
          const shown = series.filter(one => one.points.some(point => point[1] !== null));
          if (!shown.length) return empty(options.nothing || 'Nothing was measured here.');
          const [width, height, left, right, top, bottom] = [560, 230, 62, 12, 22, 30];
          const values = shown.flatMap(one => one.points.map(point => point[1])).filter(value => value !== null);
          const end = Math.max(options.end || 0, 1);
          let low = 0, high = Math.max(...values, 0) || 1, step = 0;
          const log = options.log && values.some(value => value > 0);
          if (log) {
            low = 10 ** Math.floor(Math.log10(Math.min(...values.filter(value => value > 0))));
            high = 10 ** Math.ceil(Math.log10(high) + 1e-9);
          } else {
            low = Math.min(...values, 0);
            // The axis ends with a number, above all that is drawn.
            step = stepOf(low, high, 5);
            [low, high] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
          }
          const x = seconds => left + (width - left - right) * Math.min(1, seconds / end);
          const share = value => log
            ? (Math.log10(Math.max(value, low)) - Math.log10(low)) / (Math.log10(high) - Math.log10(low))
            : (value - low) / (high - low);
          const y = value => height - bottom - (height - top - bottom) * share(value);
          const svg = el('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': options.label });
          svg.append(el('text', { x: 0, y: 11 }, options.axis));
          for (const at of log ? logTicks(low, high) : ticks(low, high, step)) {
            svg.append(el('line', { class: 'axis', x1: left, x2: width - right, y1: y(at), y2: y(at) }));
            svg.append(el('text', { x: left - 6, y: y(at) + 4, 'text-anchor': 'end' }, words(at, options.unit)));
          }
          for (const at of timeTicks(end)) {
            svg.append(el('line', { class: 'axis', x1: x(at), x2: x(at), y1: height - bottom, y2: height - bottom + 4 }));
            svg.append(el('text', { x: x(at), y: height - bottom + 16, 'text-anchor': 'middle' }, clock(at)));
          }
          // What would stand on the words before it stands one line lower, or not at all where the words are the same.
          let [taken, row, last] = [0, 0, ''];
          for (const [at, what] of [...options.marks || []].sort((one, other) => one[0] - other[0])) {
            const half = what.length * 3.3;
            const middle = Math.min(Math.max(x(at), half), width - half);
            svg.append(el('line', { class: 'mark', x1: x(at), x2: x(at), y1: top, y2: height - bottom }));
            const isCovered = middle - half < taken;
            if (isCovered && what === last) continue;
            [row, taken, last] = [isCovered ? (row + 1) % 4 : 0, middle + half, what];
            svg.append(el('text', { x: middle, y: top - 2 + 11 * row, 'text-anchor': 'middle' }, what));
          }
          const color = index => `var(--c${index % 8})`;
          shown.forEach((one, index) => {
            let path = '', pen = 'M';
            for (const [seconds, value] of one.points) {
              if (value === null) { pen = 'M'; continue; }
              path += `${pen}${x(seconds).toFixed(1)} ${y(value).toFixed(1)}`;
              pen = 'L';
            }
            const dash = index >= 8 ? { 'stroke-dasharray': '4 3' } : {};
            svg.append(el('path', { d: path, fill: 'none', stroke: color(index), 'stroke-width': 1.6, ...dash }));
            if (one.points.length === 1) {
              const [seconds, value] = one.points[0];
              svg.append(el('circle', { cx: x(seconds), cy: y(value), r: 3, fill: color(index) }));
            }
          });
          const legend = el('div', { class: 'legend' });
          shown.forEach((one, index) => legend.append(
            el('span', {}, el('i', { style: `border-top:3px ${index >= 8 ? 'dotted' : 'solid'} ${color(index)}` }), one.name)));
          addTip(svg, shown, { x, left, right, width, height, bottom, top, end, unit: options.unit });
          const box = el('div', {}, svg);
          if (shown.length > 1 || shown[0].name) box.append(legend);
          return box;
        }

        function addTip(svg, series, frame) {
          const rule = el('line', { class: 'rule', y1: frame.top, y2: frame.height - frame.bottom, visibility: 'hidden' });
          svg.append(rule);
          let tip = null;
          const hide = () => { tip?.remove(); tip = null; rule.setAttribute('visibility', 'hidden'); };
          svg.addEventListener('mouseleave', hide);
          svg.addEventListener('mousemove', event => {
            const box = svg.getBoundingClientRect();
            const across = (event.clientX - box.left) / box.width * frame.width;
            const seconds = (across - frame.left) / (frame.width - frame.left - frame.right) * frame.end;
            if (seconds < 0 || seconds > frame.end) return hide();
            rule.setAttribute('x1', frame.x(seconds));
            rule.setAttribute('x2', frame.x(seconds));
            rule.setAttribute('visibility', 'visible');
            tip ??= document.body.appendChild(el('div', { class: 'tip' }));
            tip.replaceChildren(el('b', {}, clock(seconds)), ...series.map(one => {
              const near = one.points.reduce((best, point) =>
                Math.abs(point[0] - seconds) < Math.abs(best[0] - seconds) ? point : best);
              return el('div', {}, `${one.name || 'value'}: ${words(near[1], frame.unit)}`);
            }));
            tip.style.left = Math.min(event.pageX + 14, window.innerWidth - tip.offsetWidth - 10) + 'px';
            tip.style.top = event.pageY + 14 + 'px';
          });
        }

        // Percent of the cap: from the page's background over blue to orange at the cap; above it red.
        function heatColor(percent) {
          if (percent > 100) return [200, 30, 50];
          const stops = [[232, 238, 245], [120, 170, 225], [31, 95, 180], [235, 130, 20]];
          const at = Math.min(percent, 100) / 100 * (stops.length - 1);
          const index = Math.min(Math.floor(at), stops.length - 2);
          return stops[index].map((from, part) => Math.round(from + (stops[index + 1][part] - from) * (at - index)));
        }

        function heatMap(map) {
          if (!map.rows.length || !map.columns.length) return empty('No device sent anything.');
          const canvas = el('canvas', { width: map.columns.length, height: map.rows.length, role: 'img' });
          canvas.style.height = Math.max(60, Math.min(380, map.rows.length * 14)) + 'px';
          const context = canvas.getContext('2d');
          const image = context.createImageData(map.columns.length, map.rows.length);
          map.percent.forEach((row, y) => row.forEach((percent, x) =>
            image.data.set([...heatColor(percent), 255], 4 * (y * map.columns.length + x))));
          context.putImageData(image, 0, 0);
          const end = map.columns[map.columns.length - 1];
          let tip = null;
          canvas.addEventListener('mouseleave', () => { tip?.remove(); tip = null; });
          canvas.addEventListener('mousemove', event => {
            const box = canvas.getBoundingClientRect();
            const x = Math.min(map.columns.length - 1, Math.floor((event.clientX - box.left) / box.width * map.columns.length));
            const y = Math.min(map.rows.length - 1, Math.floor((event.clientY - box.top) / box.height * map.rows.length));
            if (x < 0 || y < 0) return;
            tip ??= document.body.appendChild(el('div', { class: 'tip' }));
            tip.textContent = `${map.rows[y]}, at ${clock(map.columns[x])}: ${map.percent[y][x]} % of the cap`;
            tip.style.left = Math.min(event.pageX + 14, window.innerWidth - tip.offsetWidth - 10) + 'px';
            tip.style.top = event.pageY + 14 + 'px';
          });
          const names = el('div', { class: 'names' }, el('span', {}, map.rows[0]));
          if (map.rows.length > 1) names.append(el('span', {}, map.rows[map.rows.length - 1]));
          const times = el('div', { class: 'times' }, el('span', {}, '0 s'), el('span', {}, clock(end / 2)), el('span', {}, clock(end)));
          const gradient = [0, 20, 40, 60, 80, 100].map(percent => `rgb(${heatColor(percent)}) ${percent}%`).join(',');
          return el('div', {}, el('div', { class: 'heat' }, names, canvas, times), el('p', { class: 'note' }, '0 %',
            el('span', { class: 'scale', style: `background:linear-gradient(90deg,${gradient})` }), '100 % of the cap; above it ',
            el('span', { class: 'scale', style: `width:14px;background:rgb(${heatColor(101)})` })));
        }

        """#
}
