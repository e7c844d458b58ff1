namespace ReplicaRouting.AspNetCore.Status;

/// <summary>The page's own style and script; there are no other files.</summary>
internal static class StatusAssets
{
    public const string Style = """

        :root { --back: #f6f7f9; --card: #fff; --text: #1a2330; --quiet: #566172; --line: #dbe0e7; --link: #0b5cad;
          --good: #1a7f45; --fair: #9a5b00; --bad: #b3261e; --good-back: #e5f4ea; --fair-back: #fdf1dc; --bad-back: #fbe6e4;
          --s0: #0b62c4; --s1: #b4480b; --s2: #6a3fb5; --s3: #0a7a6c; --s4: #a3246b; --s5: #5c6470; }
        @media (prefers-color-scheme: dark) { :root { --back: #11161d; --card: #1a212b; --text: #e6eaf0; --quiet: #a3aebd; --line: #313b48; --link: #7db7f5;
          --good: #5fd08b; --fair: #f0b657; --bad: #ff8a80; --good-back: #15301f; --fair-back: #352a12; --bad-back: #3b1c1a;
          --s0: #6cb0ff; --s1: #ffa067; --s2: #bf9df7; --s3: #57d3c2; --s4: #f78cc4; --s5: #aab4c2; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.25rem; max-width: 72rem; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
        header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between; }
        h1 { margin: 0; font-size: 1.5rem; letter-spacing: -.01em; }
        header p, footer p { margin: 0; }
        a { color: var(--link); }
        a:focus-visible, button:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .summary { margin: 1rem 0; padding: .75rem 1rem; border-radius: .5rem; border-left: .35rem solid; }
        .summary.good { background: var(--good-back); border-color: var(--good); }
        .summary.fair { background: var(--fair-back); border-color: var(--fair); }
        .summary.bad { background: var(--bad-back); border-color: var(--bad); }
        section, figure { margin: 0 0 1.25rem; padding: .5rem 1rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
        .scroll { overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; }
        caption, figcaption { padding: .5rem 0; font-weight: 600; text-align: left; }
        th, td { padding: .45rem .75rem .45rem 0; text-align: left; border-top: 1px solid var(--line); vertical-align: middle; }
        thead th { border-top: 0; color: var(--quiet); font-size: .85rem; font-weight: 600; white-space: nowrap; }
        tbody th { font-weight: 600; overflow-wrap: anywhere; }
        .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .dot { display: inline-block; width: .7rem; height: .7rem; margin-right: .5rem; border-radius: 50%; }
        .dot.good { background: var(--good); }
        .dot.fair { background: transparent; border: .2rem solid var(--fair); }
        .dot.bad { background: var(--bad); border-radius: .1rem; }
        button { padding: .3rem .8rem; font: inherit; color: var(--text); background: var(--back); border: 1px solid var(--quiet); border-radius: .35rem; cursor: pointer; }
        form { margin: 0; }
        .aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .plot { display: grid; grid-template-columns: auto 1fr; gap: .25rem .6rem; font-size: .8rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
        .y { display: flex; flex-direction: column; justify-content: space-between; text-align: right; line-height: 1; }
        .plot > svg { width: 100%; height: 10rem; }
        .x { grid-column: 2; display: flex; justify-content: space-between; }
        .grid { stroke: var(--line); fill: none; vector-effect: non-scaling-stroke; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
        .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); stroke-dasharray: 7 3; } .s2 { stroke: var(--s2); stroke-dasharray: 2 3; }
        .s3 { stroke: var(--s3); stroke-dasharray: 10 3 2 3; } .s4 { stroke: var(--s4); stroke-dasharray: 14 4; } .s5 { stroke: var(--s5); stroke-dasharray: 4 4; }
        .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0 0; padding: 0; list-style: none; font-size: .9rem; }
        .legend svg { width: 1.5rem; height: .5rem; margin-right: .5rem; }
        @media (max-width: 44rem) {
          body { padding: .75rem; }
          section, figure { padding: .25rem .75rem .75rem; }
          .nodes, .nodes tbody, .nodes caption { display: block; }
          .nodes thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          .nodes tr { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.25rem; padding: .6rem 0; border-top: 1px solid var(--line); }
          .nodes th[scope=row], .nodes td[data-label=State], .nodes td[data-label=Change] { grid-column: 1 / -1; }
          .nodes th[scope=row] { font-size: 1.05rem; }
          .nodes th, .nodes td { display: flex; align-items: center; padding: .15rem 0; border: 0; }
          .nodes td.n, .nodes td[data-label=Role] { justify-content: space-between; }
          .nodes td.n::before, .nodes td[data-label=Role]::before { content: attr(data-label); color: var(--quiet); font-size: .85rem; }
        }

        """;

    public const string Script = """

        const live = document.getElementById('live'), pause = document.getElementById('pause');
        let isOn = true;
        pause.setAttribute('role', 'button');
        pause.addEventListener('click', event => {
          event.preventDefault();
          isOn = !isOn;
          pause.textContent = isOn ? 'Stop refreshing' : 'Refresh by itself';
        });
        pause.addEventListener('keydown', event => {
          if (event.key === ' ') { event.preventDefault(); pause.click(); }
        });
        const refresh = async () => {
          if (isOn && document.visibilityState === 'visible' && !live.contains(document.activeElement)) {
            try {
              const answer = await fetch(location.href, { cache: 'no-store' });
              const page = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live');
              if (answer.ok && page) live.replaceChildren(...document.adoptNode(page).childNodes);
            } catch { /* the next one may succeed */ }
          }
          setTimeout(refresh, interval);
        };
        setTimeout(refresh, interval);

        """;
}
