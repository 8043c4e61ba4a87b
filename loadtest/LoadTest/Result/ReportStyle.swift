/// How the page looks: light or dark as the reader's system is, and fit to be printed.
enum ReportStyle {
    static let css = """

        :root { color-scheme: light dark; --ink: #1b2430; --soft: #5d6b7c; --line: #d8dee6; --page: #f6f8fa; --card: #fff;
            --good: #0b7a4b; --bad: #c02537; --c0: #1f6fd1; --c1: #d9600b; --c2: #0b8a6b; --c3: #8f4bd0; --c4: #b8860b;
            --c5: #c22e75; --c6: #4c7a12; --c7: #5b6674; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e7ecf2; --soft: #9aa8b8; --line: #303a46; --page: #11161c;
            --card: #1a2129; --good: #4cc38a; --bad: #ff7083; --c0: #6cabff; --c1: #ff9f5a; --c2: #4fd1ae; --c3: #c093ff;
            --c4: #e3bd4a; --c5: #ff86bb; --c6: #a5d15a; --c7: #a9b4c0; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
        h1 { font-size: 26px; margin: 0; } h2 { font-size: 17px; margin: 0 0 2px; }
        p { margin: 4px 0; } .soft { color: var(--soft); } .note { color: var(--soft); font-size: 13px; margin: 0 0 10px; }
        .chips { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0 18px; }
        .chip { border: 1px solid var(--line); border-radius: 14px; padding: 2px 12px; background: var(--card); font-size: 13px; }
        .good { color: var(--good); } .bad { color: var(--bad); } .chip.good, .chip.bad { border-color: currentColor; }
        .grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; min-width: 0; }
        .wide { grid-column: 1 / -1; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin-bottom: 16px; }
        .tile b { display: block; font-size: 22px; font-variant-numeric: tabular-nums; }
        table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
        th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th:first-child, td:first-child, th.words { text-align: left; white-space: normal; } td.words { text-align: left; white-space: normal; }
        th { color: var(--soft); font-weight: 600; }
        .scroll { overflow-x: auto; }
        svg { display: block; width: 100%; height: auto; overflow: visible; } svg text { fill: var(--soft); font-size: 11px; }
        .axis { stroke: var(--line); } .mark { stroke: var(--c4); stroke-dasharray: 2 3; } .rule { stroke: var(--soft); stroke-dasharray: 3 3; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 12px; color: var(--soft); margin-top: 6px; }
        .legend i { display: inline-block; width: 14px; vertical-align: middle; margin-right: 5px; }
        .empty { color: var(--soft); border: 1px dashed var(--line); border-radius: 6px; padding: 24px; text-align: center; }
        .tip { position: absolute; pointer-events: none; background: var(--card); border: 1px solid var(--line);
            border-radius: 6px; padding: 6px 9px; font-size: 12px; box-shadow: 0 2px 8px rgb(0 0 0 / 20%); z-index: 2; }
        canvas { width: 100%; display: block; image-rendering: pixelated; border: 1px solid var(--line); }
        pre { overflow-x: auto; font-size: 12px; background: var(--page); padding: 12px; border-radius: 6px; }
        .heat { display: grid; grid-template-columns: 150px 1fr; gap: 4px 10px; font-size: 11px; color: var(--soft); }
        .heat .names { display: flex; flex-direction: column; justify-content: space-between; text-align: right; }
        .heat .times { display: flex; justify-content: space-between; grid-column: 2; }
        .scale { display: inline-block; width: 160px; height: 10px; vertical-align: middle; margin: 0 6px; }
        @media (max-width: 760px) { .grid { grid-template-columns: minmax(0, 1fr); } .heat { grid-template-columns: 70px 1fr; } }
        @media print { body { background: none; } .card { break-inside: avoid; } }

        """
}
