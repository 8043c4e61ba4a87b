extension ReportScript {
    /// What the page shows, from the result's JSON.
    static let sections = #"""

        const result = JSON.parse(document.getElementById('result').textContent);
        const figureNames = JSON.parse(document.getElementById('figures').textContent);
        const page = document.getElementById('report');
        const figures = result.figures;
        const samples = result.samples;
        const end = Math.max(result.seconds, 1);
        const named = name => {
          const base = name.replace('last_to_first.', '');
          return figureNames.find(one => one.name === base) || { unit: '', meaning: '' };
        };
        const card = (title, note, content, wide) => el('section', { class: wide ? 'card wide' : 'card' },
          el('h2', {}, title), el('p', { class: 'note' }, note), content);
        const table = (head, rows) => {
          const body = el('tbody');
          for (const row of rows) body.append(el('tr', {}, ...row.map(cell => cell instanceof Node ? cell : el('td', {}, cell))));
          return el('div', { class: 'scroll' },
            el('table', {}, el('thead', {}, el('tr', {}, ...head.map(cell => el('th', cell === 'meaning' ? { class: 'words' } : {}, cell)))), body));
        };

        // Differences of a counter, per second or per accepted message.
        const rates = pick => samples.slice(1).map((sample, index) => {
          const before = pick(samples[index]), now = pick(sample);
          const seconds = sample.seconds - samples[index].seconds;
          return [sample.seconds, before === undefined || now === undefined || seconds <= 0 ? null : (now - before) / seconds];
        });
        const perMessage = pick => {
          // Over five seconds, and not where hardly anything was accepted: there it is the cost of waiting.
          const span = 5;
          const spans = samples.slice(span).map((sample, index) => {
            const before = samples[index];
            const messages = (sample.gateway?.accepted ?? NaN) - (before.gateway?.accepted ?? NaN);
            return { seconds: sample.seconds, messages: messages || 0, work: (pick(sample) ?? NaN) - (pick(before) ?? NaN) };
          });
          const most = Math.max(0, ...spans.map(one => one.messages));
          return spans.map(one =>
            [one.seconds, one.messages > most / 20 && Number.isFinite(one.work) ? one.work / one.messages : null]);
        };
        const values = pick => samples.map(sample => [sample.seconds, pick(sample) ?? null]);
        const processes = [...new Set(samples.flatMap(sample => Object.keys(sample.processes)))].sort();
        // Seconds in which PostgreSQL began a checkpoint.
        const checkpoints = samples.slice(1).filter((sample, index) =>
          sample.database && samples[index].database && sample.database.checkpoints > samples[index].database.checkpoints)
          .map(sample => [sample.seconds, 'checkpoint']);
        // What the scenario let happen.
        const incidents = (result.incidents ?? []).map(one => [one.seconds, one.words]);
        const perProcess = pick => processes.map(name => ({
          name, points: samples.slice(1).map(sample =>
            [sample.seconds, sample.processes[name] ? pick(sample.processes[name]) : null]) }));

        function header() {
          const chip = (text, kind = '') => el('span', { class: 'chip ' + kind }, text);
          const ending = Object.keys(result.ending)[0];
          const whole = ending === 'drained' || ending === 'timeUp';
          const endings = { drained: 'ended: all that was due was sent', timeUp: 'ended: the time was up',
            interrupted: 'interrupted: part of a run', gatewayGone: 'ended early: the simulator did not answer',
            clusterGone: 'ended early: no database or no shard node for 30 s',
            diskFull: 'ended early: the disk was full', failed: 'failed: ' + (result.ending.failed?._0 ?? '') };
          const verdict = result.verdict;
          const counted = (name, count) => chip(`${name} ${count}`, count ? 'bad' : 'good');
          page.append(
            el('h1', {}, result.name + (result.point ? ` (${result.point})` : '')),
            el('p', { class: 'soft' }, result.about || 'A Sluice load test.'),
            el('div', { class: 'chips' }, chip('regime ' + result.regime),
              ...(result.isCompressed ? [chip('compressed: an hour or a day is shorter than in life', 'bad')] : []),
              ...(result.notes.some(note => note.startsWith('short form: ')) ? [chip('short form')] : []),
              ...(result.machine.build === 'debug' ? [chip('debug build: no figure counts', 'bad')] : []),
              chip(endings[ending] ?? ending, whole ? 'good' : 'bad'), chip(`${words(verdict.sent)} sent`),
              counted('duplicate', verdict.duplicate),
              verdict.isLossKnown ? counted('lost', verdict.lost) : chip('lost: not known', 'bad'),
              counted('over cap', verdict.overCap), ...(verdict.isEvidence ? [] : [chip('the log is damaged', 'bad')]),
              ...(verdict.unknown ? [chip(`${verdict.unknown} unknown`)] : []),
              chip(`${new Date(result.started).toISOString().slice(0, 16).replace('T', ' ')} UTC, ${clock(result.seconds)}`)));
        }

        function tiles() {
          const box = el('div', { class: 'tiles' });
          const tile = (label, value, note) => box.append(
            el('div', { class: 'card tile' }, el('span', { class: 'soft' }, label), el('b', {}, value), el('span', { class: 'note' }, note)));
          tile('messages per second', words(figures.messages_per_second), 'accepted, first to last');
          tile('ratio to floor', words(figures.ratio_to_floor), figures.composed_floor
            ? `floor ${words(figures.composed_floor, '/s')}: http ${words(figures.http_floor)}, sql ${words(figures.sql_floor)}`
            : 'this scenario measures no floors');
          tile('trigger → gateway, p99', words(figures.trigger_commit_p99_ms, 'ms'), 'from its commit');
          tile('cap unit frees → gateway, p99', words(figures.cap_free_p99_ms, 'ms'), 'where a full window was the reason');
          tile('CPU per message', words(figures.cpu_ms_per_message, 'ms'), 'nodes, PostgreSQL and NATS');
          tile('transactions per message', words(figures.transactions_per_message), 'of the whole cluster');
          page.append(box);
        }

        function targets() {
          if (!result.targets.length) return;
          page.append(card('Targets', 'As the scenario states them.', table(['figure', 'measured', 'target', ''],
            result.targets.map(one => {
              const figure = named(one.target.figure);
              const why = one.isMet || !one.target.explanation ? [] : [el('div', { class: 'note bad' }, one.target.explanation)];
              return [el('td', {}, one.target.figure, el('div', { class: 'note' }, figure.meaning), ...why),
                one.measured === undefined ? 'not measured' + (figure.absence ? ': ' + figure.absence : '') : words(one.measured, figure.unit),
                `${one.target.bound === '>=' ? '≥' : '≤'} ${words(one.target.value, figure.unit)}`,
                el('td', { class: one.isMet ? 'good' : 'bad' }, one.isMet ? 'pass' : 'no')];
            })), true));
        }

        function charts() {
          const grid = el('div', { class: 'grid', style: 'margin-top:16px' });
          const chart = (title, note, series, options) => grid.append(card(title, note,
            lineChart(series, { end, label: title, ...options, marks: [...incidents, ...options.marks ?? []] })));
          chart('Rate', 'Messages accepted at the gateway in each second.',
            [{ name: '', points: result.acceptedPerSecond.map((count, second) => [second + 0.5, count]) }],
            { axis: 'messages per second', marks: checkpoints, nothing: 'Nothing was accepted.' });
          chart('Latency over time', 'From the intended instant to the request at the gateway, by the second of arrival.',
            result.latencies.filter(one => one.bySecond.length).flatMap(one => {
              const name = one.name.split(':')[0];
              return [{ name: name + ' p50', points: one.bySecond.map(at => [at.second + 0.5, at.p50]) },
                { name: name + ' p99', points: one.bySecond.map(at => [at.second + 0.5, at.p99]) }];
            }), { axis: 'latency (logarithmic)', unit: 'ms', log: true, nothing: 'No message of the scenario arrived.' });
          grid.append(card('Latency', 'Percentiles of the measured time; intended means the instant the message was meant for.',
            result.latencies.length ? table(['', 'messages', ...result.latencies[0].percentiles.map(one =>
              one.percentile === 100 ? 'max' : 'p' + one.percentile)],
            result.latencies.map(one => [one.name, words(one.count), ...one.percentiles.map(at => words(at.milliseconds, 'ms'))]))
              : empty('No message of the scenario arrived.'), true));
          grid.append(card('Use of the hourly caps',
            'Each row is a device or several in a row, by name: how much of the rolling hour\'s cap is used.', result.regime === 'stress' ? empty('A stress run lifts the caps.') : heatMap(result.capUse), true));
          chart('Queue', 'What waits, and where, at each second.', [
            { name: 'devices with credit and due work', points: values(sample => sample.nodes?.devicesGranted) },
            { name: 'lanes due at the leader', points: values(sample => sample.nodes?.lanesDue) },
            { name: 'claims queued at shards', points: values(sample => sample.nodes?.queuedClaims) },
          ], { axis: 'count', nothing: 'No node answered.' });
          chart('Open requests', 'At the gateway and as the shards count them.', [
            { name: 'gateway', points: values(sample => sample.gateway?.open) },
            { name: 'shards', points: values(sample => sample.nodes?.openRequests) },
          ], { axis: 'requests' });
          chart('CPU', 'Per process; PostgreSQL is the sum of its processes.', perProcess(one => one.cores), { axis: 'cores' });
          chart('Memory', 'Resident per process; of PostgreSQL\'s, without what they share.', perProcess(one => one.memory),
            { axis: 'memory', unit: 'B' });
          const work = (title, pick, unit) => chart(title, 'Over the last five seconds, where messages went.',
            [{ name: '', points: perMessage(sample => pick(sample.database ?? {})) }],
            { axis: 'per accepted message', unit, nothing: 'Nothing was sent, or the run was shorter than five seconds.' });
          work('Database transactions per message', database => database.transactions);
          work('Rows written per message', database => database.rows);
          work('Write-ahead log per message', database => database.walBytes, 'B');
          chart('Database transactions', 'Of the whole cluster, without those of the measuring.',
            [{ name: '', points: rates(sample => sample.database?.transactions) }], { axis: 'transactions per second' });
          chart('Whole pages in the write-ahead log', 'Pages written whole: each page\'s first change after a checkpoint costs 8 kB of it.', [
            { name: 'whole pages', points: rates(sample => sample.database?.fullPages) },
          ], { axis: 'pages per second', marks: checkpoints });
          chart('Dead tuples', 'As PostgreSQL\'s statistics have them; autovacuum takes them away.', [
            { name: 'contacts', points: values(sample => sample.database?.deadContacts) },
            { name: 'send ledger', points: values(sample => sample.database?.deadLedger) },
          ], { axis: 'tuples' });
          chart('Table sizes', 'With their indexes.', [
            { name: 'contacts', points: values(sample => sample.database?.contactBytes) },
            { name: 'send ledger', points: values(sample => sample.database?.ledgerBytes) },
          ], { axis: 'size with indexes', unit: 'B' });
          page.append(grid);
        }

        function details() {
          const box = el('div', { class: 'grid', style: 'margin-top:16px' });
          const machine = result.machine;
          box.append(card('Machine', 'A figure without it says nothing.', table(['', ''], [
            ['processor', `${machine.processor}, ${machine.cores} cores`], ['memory', words(machine.memoryBytes, 'B')],
            ['system', `${machine.system}, Linux ${machine.kernel}`], ['PostgreSQL', machine.postgres],
            ['fdatasync of 8 kB (pg_test_fsync)', machine.fsyncMicroseconds ? words(Math.round(machine.fsyncMicroseconds), 'µs') : 'not measured'],
            ['load average at the end', words(machine.loadAverage)], ['commit', machine.commit], ['build', machine.build]])));
          const notes = el('ul');
          for (const note of result.notes) notes.append(el('li', {}, note));
          box.append(card('Notes', 'What the run met and a reader has to know.',
            result.notes.length ? notes : empty('Nothing to note: no process died and the far end was not the limit.')));
          box.append(card('All figures', '', table(['figure', 'value', 'meaning'], figureNames.filter(one => one.name in figures)
            .map(one => [one.name, words(figures[one.name], one.unit), el('td', { class: 'words' }, one.meaning)])), true));
          box.append(card('Scenario', 'The file as it was run.', el('pre', {}, result.scenario), true));
          box.append(card('The judge', 'What the request log proves.', el('pre', {}, result.verdict.text), true));
          page.append(box);
        }

        page.replaceChildren();
        document.title = result.name + ': Sluice load test';
        header();
        tiles();
        targets();
        charts();
        details();

        """#
}
